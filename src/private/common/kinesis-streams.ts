import { CfnStream, type IStream } from 'aws-cdk-lib/aws-kinesis';
import type { aws_kinesis as kinesisRefs } from 'aws-cdk-lib/interfaces';
import { identityOf } from './identity';
import { tokensIn } from './tokens';

/** The resource of a stream that the app defines, also if the stream is imported by the ARN of that resource. */
export function streamResource(stream: kinesisRefs.IStreamRef): CfnStream | undefined {
  const { references } = tokensIn(stream, stream.streamRef.streamArn);
  return references.map(({ target }) => target).find(CfnStream.isCfnStream);
}

/** Whether the stream is an L2 construct or an imported stream. */
export function isStream(stream: kinesisRefs.IStreamRef): stream is IStream {
  return 'streamArn' in stream;
}

/** Each stream once. If several constructs represent a stream, the one that provides most details. */
export function distinctStreams(streams: IStream[]): IStream[] {
  const distinct: IStream[] = [];
  for (const stream of streams) {
    const index = distinct.findIndex((other) => isSameStream(stream, other));
    if (index === -1) distinct.push(stream);
    else if (detailOf(stream) > detailOf(distinct[index])) distinct[index] = stream;
  }
  return distinct;
}

/** Whether two constructs represent the same stream. */
export function isSameStream(one: IStream, other: IStream): boolean {
  return identityOf(one, one.streamArn) === identityOf(other, other.streamArn);
}

function detailOf(stream: IStream): number {
  if (stream.node.defaultChild) return 2;
  return stream.encryptionKey ? 1 : 0;
}
