import type { Circus } from '@jest/types';
import NodeEnvironment from 'jest-environment-node';

/** Skips all tests after the first failure. In mutation testing, one failed test is sufficient to detect a mutant. */
export default class FailFastEnvironment extends NodeEnvironment {
  private hasFailed = false;

  public handleTestEvent(event: Circus.Event): void {
    if (event.name === 'test_fn_failure' || event.name === 'hook_failure') this.hasFailed = true;
    if (event.name === 'test_start' && this.hasFailed) event.test.mode = 'skip';
  }
}
