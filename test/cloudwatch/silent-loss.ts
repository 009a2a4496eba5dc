/** Simulates the alarm `ContactsWithoutRecords` of a synthesized template on the contacts of contact centers. */
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { alarmOn, type Evaluation, type MathAlarm, type MinuteMetric } from './alarm';
import { type Contact, contactsOf, DAY, type Traffic } from './contact-center';
import { ConnectDataStreaming, ConnectInstance, DataStreamingMonitoring, StreamingDestination } from '../../src';

const HOUR = 60;
const short = range(2, 15);

/** Contact centers that are open from 08:00 to 20:00. */
export const CENTERS = {
  'busy: 200 calls an hour, up to 15 minutes': { contactsPerHour: 200, durations: short },
  '30 calls an hour, up to 15 minutes': { contactsPerHour: 30, durations: short },
  '10 calls an hour, up to 15 minutes': { contactsPerHour: 10, durations: short },
  '12 calls an hour, 15 to 45 minutes': { contactsPerHour: 12, durations: range(15, 45) },
  '20 chats an hour, 5 to 60 minutes': { contactsPerHour: 20, durations: range(5, 60), channel: 'chat' },
} satisfies Record<string, Traffic>;

/** Contacts for which the alarm must not go off, as long as their records arrive. */
export const QUIET_SCENARIOS: Record<string, Contact[]> = {
  'no contacts: a quiet night, or the idle Region of a Global Resiliency pair': [],
  'a call of three hours on a quiet night': [{ start: 2 * HOUR, end: 5 * HOUR, channel: 'call' }],
  'three calls of three hours on a quiet night, half an hour apart': [2, 2.5, 3].map((hour) => ({ start: hour * HOUR, end: (hour + 3) * HOUR, channel: 'call' })),
  'a chat of 24 hours': [{ start: HOUR, end: HOUR + DAY, channel: 'chat' }],
  'only tasks, which have no metric': contactsOf({ contactsPerHour: 30, durations: range(5, 120), channel: 'task' }, 2),
  'opening: 50 calls in the first 10 minutes, each 30 minutes': Array.from({ length: 50 }, (_, index) => ({
    start: 8 * HOUR + index % 10, end: 8 * HOUR + index % 10 + 30, channel: 'call',
  })),
  'a new instance: the first contacts ever, after deployment': contactsOf({ contactsPerHour: 200, durations: short, opens: 0, closes: DAY }, 1),
  ...Object.fromEntries(Object.entries(CENTERS).map(([name, traffic]) => [`30 days of ${name}`, contactsOf(traffic, 30)])),
};

/** How the metrics arrive, and how CloudWatch evaluates the alarm on them. */
interface Conditions extends Evaluation {
  /** Whether a minute without contacts or records has no value, instead of 0. */
  readonly isSparse: boolean;
  readonly contactDelay: number;
  readonly recordDelay: number;
}

const DOCUMENTED: Conditions = { periods: 'sliding', fillsEmptySeries: true, isSparse: true, contactDelay: 0, recordDelay: 0 };

const CONDITIONS: Conditions[] = [
  DOCUMENTED,
  { ...DOCUMENTED, isSparse: false },
  { ...DOCUMENTED, contactDelay: 1, recordDelay: 5 }, // records look missing in the last minutes
  { ...DOCUMENTED, contactDelay: 2, recordDelay: 1, fillsEmptySeries: false },
  { ...DOCUMENTED, contactDelay: 1, recordDelay: 5, periods: 'aligned' },
];

/** Synthesizes the alarm, with its default time or another one. */
export function synthesizeAlarm(contactsWithoutRecordsFor?: Duration): MathAlarm {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: ConnectInstance.fromInstanceAttributes(stack, 'Instance', {
      instanceArn: 'arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111',
      serviceRoleArn: 'arn:aws:iam::111122223333:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_suffix',
    }),
    contactRecords: StreamingDestination.newKinesisStream(),
  });
  new DataStreamingMonitoring(stack, 'Monitoring', { streaming, contactsWithoutRecordsFor });
  const [id] = Object.keys(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).filter((name) => name.includes('ContactsWithoutRecords'));
  return (Template.fromStack(stack).toJSON() as { Resources: Record<string, { Properties: unknown }> }).Resources[id].Properties as MathAlarm;
}

/** Counts how often the alarm goes off in a scenario, in the worst of the conditions. Records arrive unless they are lost. The alarm can be created after the first contacts. */
export function alarmsIn(alarm: MathAlarm, contacts: Contact[], isLost = (_: Contact): boolean => false, created = 1): number {
  const minutes = Math.max(DAY, ...contacts.map(({ end }) => end + 1)) + 4 * HOUR;
  return Math.max(...CONDITIONS.map((conditions) => {
    const state = alarmOn(alarm, metricsOf(contacts, minutes, conditions, isLost), conditions);
    let [alarms, previous] = [0, 'INSUFFICIENT_DATA'];
    for (let minute = created; minute < minutes; minute++) {
      const current = state(minute);
      if (current === 'ALARM' && previous !== 'ALARM') alarms++;
      previous = current;
    }
    return alarms;
  }));
}

/** An outage, and when the alarm goes off. */
export interface Detection {
  /** The minute of the day in which the outage starts. */
  readonly outage: number;
  /** The minutes from the first lost record to the alarm. Infinite if the alarm has not gone off after a day. */
  readonly minutes: number;
}

/** Simulates an outage that starts at each minute of a day, or at some of them, in the worst of the conditions. */
export function detections(alarm: MathAlarm, traffic: Traffic, step = 1): Detection[] {
  const contacts = contactsOf(traffic, 3, 7);
  return Array.from({ length: DAY / step }, (_, index) => DAY + index * step).map((outage) => {
    const isLost = ({ end }: Contact) => end >= outage;
    const firstLost = contacts.map(({ end }) => end).filter((end) => end >= outage).reduce((one, other) => Math.min(one, other));
    const times = CONDITIONS.map((conditions) => {
      const state = alarmOn(alarm, metricsOf(contacts, 3 * DAY, conditions, isLost), conditions);
      for (let minute = firstLost; minute < firstLost + DAY; minute++) {
        if (state(minute) === 'ALARM') return minute - firstLost;
      }
      return Infinity;
    });
    return { outage: outage - DAY, minutes: Math.max(...times) };
  });
}

/**
 * The share of deployments that trigger the alarm although records arrive from the deployment on: a deployment every 15
 * minutes of a day, for an instance that has had contacts before.
 */
export function falseAlarmsOfDeployments(alarm: MathAlarm, traffic: Traffic): number {
  const contacts = contactsOf(traffic, 2, 3);
  const deployments = Array.from({ length: DAY / 15 }, (_, index) => DAY + index * 15);
  const alarming = deployments.filter((deployment) => CONDITIONS.some((conditions) => {
    const state = alarmOn(alarm, metricsOf(contacts, 2 * DAY + 2 * HOUR, conditions, ({ end }) => end < deployment), conditions);
    return Array.from({ length: 2 * HOUR }, (_, index) => deployment + index).some((minute) => state(minute) === 'ALARM');
  }));
  return alarming.length / deployments.length;
}

function metricsOf(
  contacts: Contact[], minutes: number, { isSparse, contactDelay, recordDelay }: Conditions, isLost: (contact: Contact) => boolean,
): Record<string, MinuteMetric> {
  const count = (when: number[], delay: number): MinuteMetric => {
    const counts = new Array<number>(minutes).fill(0);
    for (const minute of when) counts[minute]++;
    return { delay, values: isSparse ? counts.map((number) => number || undefined) : counts };
  };
  const starts = (channel: Contact['channel']) => contacts.filter((contact) => contact.channel === channel).map(({ start }) => start);
  return {
    CallsPerInterval: count(starts('call'), contactDelay),
    SuccessfulChatsPerInterval: count(starts('chat'), contactDelay),
    IncomingRecords: count(contacts.filter((contact) => !isLost(contact)).map(({ end }) => end), recordDelay),
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
