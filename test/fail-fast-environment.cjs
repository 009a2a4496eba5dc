const { TestEnvironment } = require('jest-environment-node');

/** Skips all tests after the first failure. In mutation testing, one failed test is sufficient to detect a mutant. */
module.exports = class FailFastEnvironment extends TestEnvironment {
  hasFailed = false;

  handleTestEvent({ name, test }) {
    if (name === 'test_fn_failure' || name === 'hook_failure') this.hasFailed = true;
    if (name === 'test_start' && this.hasFailed) test.mode = 'skip';
  }
};
