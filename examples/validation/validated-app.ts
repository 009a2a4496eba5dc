import { App, Validations } from 'aws-cdk-lib';
import { DataStreamingValidation } from 'cdk-connect-data-streaming';

/** An app whose synthesis stops if its deployment would lose records. */
export function validatedApp(): App {
  const app = new App();
  Validations.of(app).addPlugins(new DataStreamingValidation());
  Validations.of(app).acknowledge({ id: 'cdk-connect-data-streaming::wide-key-access', reason: 'The key also encrypts recordings.' });
  return app;
}
