#!/usr/bin/env node
import { runCommand } from './commands';

process.exitCode = runCommand(process.argv.slice(2), console);
