const REPOSITORY = 'https://github.com/cdk-connect/cdk-connect-data-streaming';

/** Returns the section of a version in CHANGELOG.md. Relative links become absolute, because the release notes are on another page. */
export function releaseNotes(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1).map((section) => {
    const [heading, ...lines] = section.split('\n');
    return { heading: heading.trim(), text: lines.join('\n').trim() };
  });
  const notes = sections.find(({ heading }) => heading === version)?.text;
  if (!notes) {
    const headings = sections.map(({ heading }) => `"${heading}"`).join(', ');
    throw new Error(`CHANGELOG.md must have a section "## ${version}" with the release notes for users, got ${headings || 'no section'}; add the section`);
  }
  return `${notes.replace(/\]\(\.\//g, `](${REPOSITORY}/blob/v${version}/`)}\n`;
}
