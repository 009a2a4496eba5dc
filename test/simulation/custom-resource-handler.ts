import https from 'https';
import { dirname, join } from 'path';
import { PassThrough } from 'stream';
import { REGION } from '../support';

type Handler = (event: object, context: object) => Promise<void>;

export interface HandlerResponse {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason: string;
  readonly PhysicalResourceId: string;
  readonly Data: Record<string, string>;
}

/**
 * Invokes the handler of `AwsCustomResource` that aws-cdk-lib contains, with the AWS SDK for JavaScript. Returns the response that
 * the handler sends to CloudFormation.
 */
export async function invokeHandler(event: object, endpoint: string, region = REGION): Promise<HandlerResponse> {
  const folder = join(dirname(require.resolve('aws-cdk-lib/package.json')), 'custom-resource-handlers/dist/custom-resources');
  const { handler } = jest.requireActual<{ handler: Handler }>(join(folder, 'aws-custom-resource-handler'));

  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, AWS_ACCESS_KEY_ID: 'simulation', AWS_SECRET_ACCESS_KEY: 'simulation',
  });
  const sent = new PassThrough();
  const request = jest.spyOn(https, 'request').mockImplementation(((_: object, done: () => void) => sent.on('finish', done)) as never);
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    await handler(
      { ...event, ResponseURL: 'https://cloudformation.example/response', StackId: 'stack', RequestId: 'request' },
      { logStreamName: '2026/01/01/[$LATEST]0123456789abcdef' },
    );
  } finally {
    request.mockRestore();
    log.mockRestore();
  }
  return JSON.parse((sent.read() as Buffer).toString()) as HandlerResponse;
}
