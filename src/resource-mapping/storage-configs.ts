import { readFileSync } from 'fs';
import { basename } from 'path';

/** Where an instance sends one kind of data, as `aws connect list-instance-storage-configs` prints it. */
export interface StorageConfig {
  readonly AssociationId: string;
  readonly StorageType: string;
  readonly KinesisStreamConfig?: { readonly StreamArn: string };
  readonly KinesisFirehoseConfig?: { readonly FirehoseArn: string };
}

/** What the AWS CLI printed for one kind of data. It does not say which one: the name of the file does. */
export interface StorageConfigList {
  readonly resourceType: string;
  readonly storageConfigs: StorageConfig[];
}

/** @throws if the file does not hold the whole answer for one kind of data */
export function readStorageConfigs(file: string): StorageConfigList {
  const resourceType = basename(file, '.json');
  if (!/^[A-Z_]+$/.test(resourceType)) {
    throw new Error(`${file}: the file must be named after the resource type that was listed, such as AGENT_EVENTS.json`);
  }
  const { StorageConfigs, NextToken } = Object(parse(file)) as { StorageConfigs?: StorageConfig[]; NextToken?: string };
  if (!Array.isArray(StorageConfigs) || !StorageConfigs.every((config) => config?.AssociationId && config.StorageType)) {
    throw new Error(`${file}: this is not what \`aws connect list-instance-storage-configs --output json\` prints`);
  }
  if (NextToken) {
    throw new Error(`${file}: this is one page of several; list again without paging options such as --max-items`);
  }
  return { resourceType, storageConfigs: StorageConfigs };
}

function parse(file: string): unknown {
  const text = readFileSync(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
