import { basename } from 'path';
import { readJson } from '../template/read-json';

/** An association of an instance, as `aws connect list-instance-storage-configs` prints it. */
export interface StorageConfig {
  readonly AssociationId: string;
  readonly StorageType: string;
  readonly KinesisStreamConfig?: { readonly StreamArn: string };
  readonly KinesisFirehoseConfig?: { readonly FirehoseArn: string };
}

/** The output of the AWS CLI for a resource type. The output does not contain the resource type, so the file name does. */
export interface StorageConfigList {
  readonly file: string;
  readonly resourceType: string;
  readonly storageConfigs: StorageConfig[];
}

const LIST = 'list the associations with `aws connect list-instance-storage-configs --output json`';

/** @throws if the file does not contain the complete output for a resource type */
export function readStorageConfigs(file: string): StorageConfigList {
  const resourceType = basename(file, '.json');
  if (!/^[A-Z_]+$/.test(resourceType)) {
    throw new Error(`${file}: the file name must be a resource type, such as AGENT_EVENTS.json, got "${resourceType}"`);
  }
  const { StorageConfigs, NextToken } = Object(readJson(file, LIST)) as { StorageConfigs?: StorageConfig[]; NextToken?: string };
  if (!Array.isArray(StorageConfigs) || !StorageConfigs.every((config) => config?.AssociationId && config.StorageType)) {
    throw new Error(`${file}: the file must contain the output of \`aws connect list-instance-storage-configs --output json\``);
  }
  if (NextToken) {
    throw new Error(`${file}: the file contains only one page of the output; list the associations again without pagination options such as --max-items`);
  }
  return { file, resourceType, storageConfigs: StorageConfigs };
}
