import { Duration } from 'aws-cdk-lib';
import { contactsOf, DAY } from './cloudwatch/contact-center';
import { alarmsIn, CENTERS, detections, QUIET_SCENARIOS, synthesizeAlarm } from './cloudwatch/silent-loss';

const alarm = synthesizeAlarm();
const BUSY = CENTERS['busy: 200 calls an hour, up to 15 minutes'];
const single = Object.entries(QUIET_SCENARIOS).filter(([name]) => !name.startsWith('30 days'));

describe('alarm on contacts without records', () => {
  test.each(single)('does not go off in this scenario: %s', (_, contacts) => {
    expect(alarmsIn(alarm, contacts)).toBe(0);
  });

  test.each(Object.entries(CENTERS))('does not go off on a day of this contact center: %s', (_, traffic) => {
    expect(alarmsIn(alarm, contactsOf(traffic, 1))).toBe(0);
  });

  test.each(Object.entries(CENTERS))('goes off in an outage that starts at any time of the day: %s', (_, traffic) => {
    for (const { minutes } of detections(alarm, traffic, 30)) expect(minutes).toBeLessThan(DAY);
  });

  test('goes off within 75 minutes of the first lost record in a busy contact center', () => {
    const found = detections(alarm, BUSY, 20).filter(({ outage }) => outage >= 8 * 60 && outage < 18 * 60);
    expect(found).toHaveLength(30);
    for (const { minutes } of found) expect(minutes).toBeLessThanOrEqual(75);
  });

  test('returns to OK when records arrive again', () => {
    const twoOutages = ({ end }: { end: number }) => Math.floor(end / 120) % 3 === 0; // from 12:00 to 14:00, and from 18:00 to 20:00
    expect(alarmsIn(alarm, contactsOf(BUSY, 1), twoOutages)).toBe(2);
  });

  test('goes off if records never arrived, from the first contact on', () => {
    expect(alarmsIn(alarm, contactsOf(BUSY, 1), () => true)).toBe(1);
  });

  test.each([10.5, 12, 15.25])('does not go off at the deployment of streaming from an instance that already has contacts: %d hours after midnight', (hours) => {
    const deployment = hours * 60;
    expect(alarmsIn(alarm, contactsOf(BUSY, 1), ({ end }) => end < deployment, deployment)).toBe(0);
  });

  test('goes off at a deployment of streaming about an hour after the first contacts of the day, until the first record arrives', () => {
    const deployment = 9 * 60 + 5;
    expect(alarmsIn(alarm, contactsOf(BUSY, 1), ({ end }) => end < deployment, deployment)).toBe(1);
  });

  test('goes off on the next morning if no record arrives after a deployment', () => {
    const contacts = contactsOf(BUSY, 2);
    expect(alarmsIn(alarm, contacts.filter(({ start }) => start < DAY), () => true, 12 * 60)).toBe(0);
    expect(alarmsIn(alarm, contacts, () => true, 12 * 60)).toBe(1);
  });

  test('remains in the ALARM state in a long outage', () => {
    const day = contactsOf({ ...BUSY, opens: 0, closes: DAY }, 2);
    expect(alarmsIn(alarm, day, ({ end }) => end > 600)).toBe(1);
  });

  test('goes off sooner with a shorter time', () => {
    const found = detections(synthesizeAlarm(Duration.minutes(20)), BUSY, 60).filter(({ outage }) => outage >= 8 * 60 && outage < 18 * 60);
    for (const { minutes } of found) expect(minutes).toBeLessThanOrEqual(30);
  });
});

describe('simulation of the alarm', () => {
  test('reports false alarms of an alarm with one period, which a long call deceives', () => {
    expect(alarmsIn({ ...alarm, EvaluationPeriods: 1 }, QUIET_SCENARIOS['a call of three hours on a quiet night'])).toBeGreaterThan(0);
  });

  test('reports false alarms of an expression without the records', () => {
    const blind = { ...alarm, Metrics: alarm.Metrics.map((metric) => metric.Id === 'unrecorded' ? { ...metric, Expression: 'FILL(calls, 0)' } : metric) };
    expect(alarmsIn(blind, contactsOf(BUSY, 1))).toBeGreaterThan(0);
  });

  test('reports that an expression without the chats does not detect an outage of a chat center', () => {
    const deaf = { ...alarm, Metrics: alarm.Metrics.map((metric) => metric.Id === 'unrecorded' ? { ...metric, Expression: 'FILL(calls, 0) - 1000000 * FILL(records, 0)' } : metric) };
    expect(detections(deaf, CENTERS['20 chats an hour, 5 to 60 minutes'], 240).every(({ minutes }) => minutes === Infinity)).toBe(true);
  });
});
