import { Stack, Token } from 'aws-cdk-lib';
import { CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Construct } from 'constructs';
import { errorAt } from '../common/errors';
import { identityOf } from '../common/identity';
import { isDifferent } from '../common/tokens';
import { text } from '../common/value-types';

const DAY_IN_MILLIS = 24 * 60 * 60 * 1000;
const MAX_DAYS_IN_FUTURE = 31;
const FIRST_DAY = '2017-01-01'; // of the year in which Amazon Connect became available

export const TABLE_NAME = text('a name that consists of lowercase letters, digits and underscores', 'specify a value such as contact_records');
export const DAY = text('a day in the format yyyy-MM-dd', 'specify a value such as 2020-01-01');

export function validateTableName(table: Construct, name: string, example: string): void {
  validateFormat(table, 'tableName', name, /^[a-z0-9_]{1,255}$/, 'consist of lowercase letters, digits and underscores', example);
}

export function validateFirstDay(table: Construct, day: string): void {
  const [format, example] = ['be a day in the format yyyy-MM-dd', '2020-01-01'];
  validateFormat(table, 'firstDay', day, /^\d{4}-\d\d-\d\d$/, format, example);
  if (Token.isUnresolved(day)) return;

  const time = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(day)) { // the second is a day such as February 30
    throw errorAt(table, `firstDay must ${format}, got "${day}", which is not in the calendar`, `specify a value such as ${example}`);
  }
  if (time < Date.parse(FIRST_DAY)) {
    throw errorAt(table, `firstDay must be ${FIRST_DAY} or later, got "${day}": Amazon Connect did not exist before, and a query sends a request for each day`,
      `specify a value such as ${example}`);
  }
  if (time > Date.now() + MAX_DAYS_IN_FUTURE * DAY_IN_MILLIS) {
    throw errorAt(table, `firstDay must be at most ${MAX_DAYS_IN_FUTURE} days in the future, got "${day}": the table is empty until then`,
      `specify a value such as ${example}`);
  }
}

/** Throws if the app already defines a table of this name in the database. */
export function validateUniqueName(table: Construct, databaseName: string, tableName: string): void {
  const identity = (scope: Construct, database: string, name: string) => [database, name].map((part) => identityOf(scope, part)).join();
  const stack = Stack.of(table);
  const duplicate = table.node.root.node.findAll()
    .filter(CfnTable.isCfnTable)
    .find((other) => identity(other, other.databaseName, nameOf(other)) === identity(table, databaseName, tableName)
      && !isDifferent(other.stack.account, stack.account) && !isDifferent(other.stack.region, stack.region));
  if (duplicate) {
    throw errorAt(table, `tableName must be unique in the database, got "${tableName}", which ${duplicate.node.path} already uses`,
      'specify another tableName, or another database');
  }
}

function nameOf({ tableInput }: CfnTable): string {
  return tableInput && 'name' in tableInput && tableInput.name ? tableInput.name : ''; // a table for Iceberg has no input
}

function validateFormat(table: Construct, prop: string, value: string, pattern: RegExp, format: string, example: string): void {
  if (Token.isUnresolved(value)) return;
  if (!pattern.test(value)) {
    throw errorAt(table, `${prop} must ${format}, got "${value}"`, `specify a value such as ${example}`);
  }
}
