/** The Git command for commits and tags in temporary repositories, whatever the user has configured. */
export const GIT = ['git', '-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false', '-c', 'tag.gpgsign=false'];
