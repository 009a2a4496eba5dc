import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { isInTree } from '../common/construct-tree';
import { errorAt } from '../common/errors';

/** The name of the new streams of a destination, if it is specified. Only one stream of an account and Region can have the name. */
export class SpecifiedName {
  private readonly uses: Construct[] = [];

  constructor(private readonly prop: string, private readonly name?: string) {}

  /** Throws if a stream of the stack already has the name. */
  public use(scope: Construct): void {
    if (this.name === undefined) return;

    const other = this.uses.find((use) => isInTree(use) && Stack.of(use) === Stack.of(scope));
    if (other) {
      throw errorAt(scope, `${this.prop} must be unique, got "${this.name}", which ${other.node.path} already uses`,
        'create a destination for each data type, or remove the name to generate one');
    }
    this.uses.push(scope);
  }
}
