/** The environment of the tests, which `scripts/test-deploy.ts` sets. */
export interface EmulatorEnvironment {
  /** The endpoint of all AWS services. */
  readonly endpoint: string;
  /** The endpoint of the control API of the extension. */
  readonly control: string;
  /** The certificate of the endpoint. */
  readonly certificate: string;
  /** The copy of the integ apps, in which integ-runner rewrites the snapshots. */
  readonly copy: string;
}

const VARIABLE = 'EMULATOR_ENVIRONMENT';

/** The account of the integ apps. */
export const INTEG_ACCOUNT = '111122223333';

/** The Regions that integ-runner deploys to in parallel. */
export const INTEG_REGIONS = ['us-east-1', 'us-east-2', 'us-west-2'];

export const REGION = 'us-east-1';

export function emulatorEnvironment(): EmulatorEnvironment {
  const value = process.env[VARIABLE];
  if (!value) throw new Error('the emulator must be running: use npm run test:deploy');
  return JSON.parse(value) as EmulatorEnvironment;
}

/** The environment variables of the tests. Node.js reads the certificate when it starts. */
export function testVariables(environment: EmulatorEnvironment): NodeJS.ProcessEnv {
  return { [VARIABLE]: JSON.stringify(environment), ...awsVariables(environment, INTEG_ACCOUNT) };
}

/** The environment variables with which the AWS CDK CLI and the AWS SDK use an account of the emulator. */
export function awsVariables({ endpoint, certificate }: EmulatorEnvironment, account: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: account, // for the emulator, the root user of the account
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_REGION: REGION,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    NODE_EXTRA_CA_CERTS: certificate,
    AWS_CA_BUNDLE: certificate, // for the AWS CDK CLI
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_NOTICES: 'true',
  };
}
