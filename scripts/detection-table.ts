/**
 * `npx projen docs:detection`: simulates the alarm `ContactsWithoutRecords` and writes the tables of docs/monitoring.md. With
 * `--check`, fails if the page and the simulation differ.
 */
import { readFileSync, writeFileSync } from 'fs';
import { join, resolve } from 'path';
import { Duration } from 'aws-cdk-lib';
import { contactsOf, DAY } from '../test/cloudwatch/contact-center';
import { alarmsIn, CENTERS, type Detection, detections, falseAlarmsOfDeployments, QUIET_SCENARIOS, synthesizeAlarm } from '../test/cloudwatch/silent-loss';

const PAGE = join(resolve(__dirname, '..'), 'docs', 'monitoring.md');
const [opens, lastHours, closes] = [8 * 60, 18 * 60, 20 * 60];

const byDefault = synthesizeAlarm();
const before = readFileSync(PAGE, 'utf8');
const after = Object.entries({ detection, falseAlarms, deployments, times }).reduce((page, [name, table]) => replace(page, name, table()), before);

if (!process.argv.includes('--check')) writeFileSync(PAGE, after);
else if (before !== after) throw new Error('the tables in docs/monitoring.md differ from the simulation; run: npx projen docs:detection');

function replace(page: string, name: string, rows: string[][]): string {
  const [head, ...body] = rows.map((cells) => `| ${cells.join(' | ')} |`);
  const table = [head, `|${' --- |'.repeat(rows[0].length)}`, ...body].join('\n');
  const block = new RegExp(`(<!-- simulation: ${name} -->\n\n)[^]*?(\n\n<!-- end -->)`);
  if (!block.test(page)) throw new Error(`docs/monitoring.md has no block <!-- simulation: ${name} -->`);
  return page.replace(block, (_, start: string, end: string) => `${start}${table}${end}`);
}

/** How long after the first lost record the alarm goes off. */
function detection(): string[][] {
  return [
    ['contact center, open from 08:00 to 20:00', 'outage from 08:00 to 18:00: median', 'longest', 'outage at night: longest'],
    ...Object.entries(CENTERS).map(([name, traffic]) => {
      const found = detections(byDefault, traffic);
      const byDay = found.filter(({ outage }) => outage >= opens && outage < lastHours);
      const atNight = found.filter(({ outage }) => outage < opens || outage > closes + 60);
      return [name, minutes(quantile(byDay, 0.5)), minutes(quantile(byDay, 1)), minutes(quantile(atNight, 1))];
    }),
  ];
}

/** How often the alarm goes off although each record arrives. */
function falseAlarms(): string[][] {
  return [['contacts', 'false alarms'], ...Object.entries(QUIET_SCENARIOS).map(([name, contacts]) => [name, String(alarmsIn(byDefault, contacts))])];
}

/** How often the alarm goes off because of a deployment. */
function deployments(): string[][] {
  return [
    ['contact center', 'deployments with a false alarm'],
    ...Object.entries(CENTERS).map(([name, traffic]) => [name, `${Math.round(1000 * falseAlarmsOfDeployments(byDefault, traffic)) / 10}%`]),
  ];
}

/** How the time changes detection and false alarms. */
function times(): string[][] {
  const alarms = [20, 60, 240].map((time) => ({ time, alarm: synthesizeAlarm(Duration.minutes(time)) }));
  return [
    ['contact center', ...alarms.map(({ time }) => `\`Duration.minutes(${time})\``)],
    ...Object.entries(CENTERS).map(([name, traffic]) => [name, ...alarms.map(({ alarm }) => {
      const found = detections(alarm, traffic, 10).filter(({ outage }) => outage >= opens && outage < lastHours);
      return `${minutes(quantile(found, 0.5))}; ${alarmsIn(alarm, contactsOf(traffic, 14))}`;
    })]),
  ];
}

function quantile(found: Detection[], share: number): number {
  const sorted = found.map(({ minutes: time }) => time).sort((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * share) - 1];
}

function minutes(time: number): string {
  if (time > DAY) return 'more than a day';
  return time < 240 ? `${time} min` : `${Math.round(time / 60)} h`;
}
