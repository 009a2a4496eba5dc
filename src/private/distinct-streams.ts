import { CfnStream, type IStream } from 'aws-cdk-lib/aws-kinesis';
import { identity } from './identity';

/** The stream as a resource of this app, if it is one. */
export function streamResource(stream: IStream): CfnStream | undefined {
  return [stream.node.defaultChild].find(CfnStream.isCfnStream);
}

/** Each stream once. Where several constructs stand for it, the one that knows most. */
export function distinctStreams(streams: IStream[]): IStream[] {
  const distinct: IStream[] = [];
  for (const stream of streams) {
    const index = distinct.findIndex((other) => isSame(stream, other));
    if (index === -1) distinct.push(stream);
    else if (knowledge(stream) > knowledge(distinct[index])) distinct[index] = stream;
  }
  return distinct;
}

/** Whether two constructs stand for one stream. */
export function isSame(one: IStream, other: IStream): boolean {
  return identity(one, one.streamArn) === identity(other, other.streamArn);
}

function knowledge(stream: IStream): number {
  if (streamResource(stream)) return 2;
  return stream.encryptionKey ? 1 : 0;
}
