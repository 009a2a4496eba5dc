#!/usr/bin/env node
import { run } from '../import/command';

process.exitCode = run(process.argv.slice(2), console);
