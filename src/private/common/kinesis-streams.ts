import { CfnStream, type IStream } from 'aws-cdk-lib/aws-kinesis';
import { identityOf } from './identity';

/** The resource of a stream that the app defines. */
export function streamResource(stream: IStream): CfnStream | undefined {
  return [stream.node.defaultChild].find(CfnStream.isCfnStream);
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
  if (streamResource(stream)) return 2;
  return stream.encryptionKey ? 1 : 0;
}
