import { CfnInstanceStorageConfig } from 'aws-cdk-lib/aws-connect';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { Construct, IConstruct } from 'constructs';
import { DATA_TYPES, type DataType } from '../common/data-types';
import { errorAt } from '../common/errors';
import { identityOf } from '../common/identity';

/**
 * Throws if the stream also receives another data type, whose records the table could not tell apart. Associations that the app
 * adds later are validated at synthesis.
 */
export function validateOnlyDataType(table: Construct, streaming: IConstruct, dataType: DataType, stream: IStream): void {
  const conflict = () => {
    const other = otherAssociation(table, dataType, stream);
    return other && errorAt(table, `the stream of ${streaming.node.path} must receive only ${dataType.label}, got a stream that ${other.node.path} also sends `
      + `${labelOf(other)} to`, 'use a stream for each data type that has a table');
  };
  const error = conflict();
  if (error) throw error;
  table.node.addValidation({ validate: () => [conflict()].filter((later) => later !== undefined).map(({ message }) => message) });
}

function otherAssociation(table: Construct, dataType: DataType, stream: IStream): CfnInstanceStorageConfig | undefined {
  const identity = identityOf(stream, stream.streamArn);
  return table.node.root.node.findAll()
    .filter(CfnInstanceStorageConfig.isCfnInstanceStorageConfig)
    .filter(({ resourceType }) => resourceType !== dataType.resourceType)
    .find((association) => identityOf(association, streamArnOf(association) ?? '') === identity);
}

function streamArnOf({ kinesisStreamConfig }: CfnInstanceStorageConfig): string | undefined {
  return kinesisStreamConfig && 'streamArn' in kinesisStreamConfig ? kinesisStreamConfig.streamArn : undefined;
}

function labelOf({ resourceType }: CfnInstanceStorageConfig): string {
  return DATA_TYPES.find((one) => one.resourceType === resourceType)?.label ?? resourceType;
}
