/** The contacts of a simulated contact center, minute by minute. */

/** A contact: the minute in which it starts, and the minute in which Amazon Connect puts its record. */
export interface Contact {
  readonly start: number;
  readonly end: number;
  readonly channel: 'call' | 'chat' | 'task';
}

export interface Traffic {
  readonly contactsPerHour: number;
  /** The minutes from the start of a contact to its record, each as likely as the others. */
  readonly durations: readonly number[];
  readonly channel?: Contact['channel'];
  /** The minutes of the day in which contacts start. */
  readonly opens?: number;
  readonly closes?: number;
}

export const DAY = 24 * 60;

const SLOTS = 12; // of five seconds in a minute, with a contact in each or none

/** Creates the contacts of a number of days. The same traffic and seed result in the same contacts. */
export function contactsOf(traffic: Traffic, days: number, seed = 1): Contact[] {
  const { contactsPerHour, durations, channel = 'call', opens = 8 * 60, closes = 20 * 60 } = traffic;
  const random = randomNumbers(seed);
  return Array.from({ length: days * DAY }, (_, minute) => minute)
    .filter((minute) => minute % DAY >= opens && minute % DAY < closes)
    .flatMap((start) => Array.from({ length: SLOTS }, random)
      .filter((number) => number < contactsPerHour / 60 / SLOTS)
      .map(() => ({ start, end: start + durations[Math.floor(random() * durations.length)], channel })));
}

/** Returns a generator of numbers from 0 to 1. It calculates with integers, so that each platform generates the same numbers. */
function randomNumbers(seed: number): () => number {
  const modulus = 2 ** 31 - 1;
  let state = seed;
  return () => {
    state = state * 48_271 % modulus;
    return state / modulus;
  };
}
