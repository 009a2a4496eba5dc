/**
 * `npx projen schemas`: generates the JSON Schemas and the TypeScript types of the folder `schemas` from the data models.
 */
import { mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import { schemaFiles } from '../test/schemas/files';

const FOLDER = join(__dirname, '..', 'schemas');

mkdirSync(FOLDER, { recursive: true });
for (const [name, content] of Object.entries(schemaFiles())) writeFileSync(join(FOLDER, name), content);
