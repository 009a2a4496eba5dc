/**
 * `node load.js`: makes an app with the twin, so that all modules which that needs are loaded, and prints how long that took and
 * how long it takes to load the library then, in milliseconds.
 */
import { createRequire } from 'module';
import { performance } from 'perf_hooks';
import { newApp } from './scenario';
import { streamings } from './twin';

const start = performance.now();
newApp(1, streamings['look-up']).synth();
const made = performance.now();
createRequire(__filename)('cdk-connect-data-streaming');
const loaded = performance.now();

console.log(JSON.stringify({ twin: made - start, library: loaded - made }));
