/** What the calls of the AWS API by custom resources have in common: all of a stack share one Lambda function. */
export const SHARED_FUNCTION = {
  installLatestAwsSdk: false, // the SDK of the Lambda runtime knows these calls, and needs no minute to be installed
  memorySize: 512, // what the CDK gives a function that installs the SDK, in case a resource of the app has it do so
};
