/** `node load.js`: prints how long the twin's modules take to load in this process, then the library beside them, in milliseconds. */
import { performance } from 'perf_hooks';

const start = performance.now();
require('./twin');
const twin = performance.now();
require('cdk-connect-data-streaming');
const library = performance.now();

console.log(JSON.stringify({ twin: twin - start, library: library - twin }));
