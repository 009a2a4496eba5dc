#!/usr/bin/env node
import { run } from '../resource-mapping/cli';

process.exitCode = run(process.argv.slice(2), console);
