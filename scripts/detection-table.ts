/**
 * `npx projen docs:detection`: simulates the alarm `ContactsWithoutRecords` and writes the tables of docs/monitoring.md. With
 * `--check`, fails if the page and the simulation differ.
 */
import { Duration } from 'aws-cdk-lib';
import { type Table, writeTables } from './page-tables';
import { contactsOf, DAY } from '../test/cloudwatch/contact-center';
import { alarmsIn, CENTERS, type Detection, detections, falseAlarmsOfDeployments, QUIET_SCENARIOS, synthesizeAlarm } from '../test/cloudwatch/silent-loss';

const [opens, lastHours, closes] = [8 * 60, 18 * 60, 20 * 60];

const byDefault = synthesizeAlarm();
writeTables('monitoring.md', {
  'simulation: detection': detection,
  'simulation: falseAlarms': falseAlarms,
  'simulation: deployments': deployments,
  'simulation: times': times,
}, 'npx projen docs:detection');

/** How long after the first lost record the alarm goes off. */
function detection(): Table {
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
function falseAlarms(): Table {
  return [['contacts', 'false alarms'], ...Object.entries(QUIET_SCENARIOS).map(([name, contacts]) => [name, String(alarmsIn(byDefault, contacts))])];
}

/** How often the alarm goes off because of a deployment. */
function deployments(): Table {
  return [
    ['contact center', 'deployments with a false alarm'],
    ...Object.entries(CENTERS).map(([name, traffic]) => [name, `${Math.round(1000 * falseAlarmsOfDeployments(byDefault, traffic)) / 10}%`]),
  ];
}

/** How the time changes detection and false alarms. */
function times(): Table {
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
