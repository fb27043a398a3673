/** Reads fields of an object that comes from outside. What does not fit is an `InvalidField` that names the key. */

import { parseIso } from './clock.ts';

/** Said of one key; the caller knows of which file. */
export class InvalidField extends Error {
  override readonly name = 'InvalidField';
}

export type Fields = Readonly<Record<string, unknown>>;

export function textField(fields: Fields, key: string, maxLength: number): string {
  const value = fields[key];
  if (typeof value !== 'string') throw new InvalidField(`${key} is not a text`);
  if (value.length > maxLength) throw new InvalidField(`${key} is longer than ${String(maxLength)} characters`);
  return value;
}

export function nullableTextField(fields: Fields, key: string, maxLength: number): string | null {
  return fields[key] === null ? null : textField(fields, key, maxLength);
}

/** An ISO 8601 time, as it is. */
export function timeField(fields: Fields, key: string): string {
  const value = textField(fields, key, 64);
  if (Number.isNaN(parseIso(value))) throw new InvalidField(`${key} is not an ISO 8601 time`);
  return value;
}

/** A whole number of 0 or more that a number can hold exactly. */
export function countField(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidField(`${key} is not a whole number of 0 or more`);
  }
  return value;
}

export function booleanField(fields: Fields, key: string): boolean {
  const value = fields[key];
  if (typeof value !== 'boolean') throw new InvalidField(`${key} is not true or false`);
  return value;
}

export function objectField(fields: Fields, key: string): Fields {
  const value = fields[key];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidField(`${key} is not an object`);
  }
  return { ...value };
}

export function listField(fields: Fields, key: string, maxLength: number): readonly Fields[] {
  const value: unknown = fields[key];
  if (!Array.isArray(value)) throw new InvalidField(`${key} is not a list`);
  if (value.length > maxLength) throw new InvalidField(`${key} has more than ${String(maxLength)} entries`);
  return value.map((_, index) => objectField({ [key]: value[index] as unknown }, key));
}

export function choiceField<T extends string>(fields: Fields, key: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === fields[key]);
  if (found === undefined) throw new InvalidField(`${key} is none of ${choices.join(', ')}`);
  return found;
}
