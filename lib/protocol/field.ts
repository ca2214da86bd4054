/**
 * The vocabulary in which KICC's tables are declared: one row of a table is one {@link Field}.
 * Validation, decoding, the DTOs, the simulator and the field tables in the documentation all read these rows.
 */

/** What every row says about itself. */
interface Row<Required extends boolean> {
  /** Whether KICC's table marks the row as required. */
  readonly required: Required;
  /** KICC's description, in English. */
  readonly en: string;
  /** KICC's description, in Korean. */
  readonly ko: string;
  /** Who fills the row in a request: the caller (default) or this library. Means nothing in a response. */
  readonly filledBy?: 'caller' | 'library';
}

/** `String`: text of at most `maxBytes` bytes. */
export interface TextField<Required extends boolean = boolean, Value extends string = string> extends Row<Required> {
  readonly kind: 'text';
  readonly maxBytes: number;
  /** The only values KICC knows, where its table closes the list. */
  readonly oneOf?: readonly Value[];
  /** A key that must come back to the letter, and so holds no white space that anyone on the way could trim. */
  readonly identifier?: true;
  /** Words for people, of which a part does as well. */
  readonly words?: true;
  /** Never stored, logged or shown. */
  readonly secret?: true;
  /** Tells of a person: kept encrypted, and only until the outcome is known; shown masked. */
  readonly personal?: 'account' | 'name' | 'address';
}

/** `Number`: an amount of money in KRW, a whole number of at least `min` won. */
export interface WonField<Required extends boolean = boolean> extends Row<Required> {
  readonly kind: 'won';
  readonly min: 0 | 1;
}

/** `Object`: a table of its own. */
export interface ObjectField<Required extends boolean = boolean, Fields extends FieldTable = FieldTable> extends Row<Required> {
  readonly kind: 'object';
  readonly fields: Fields;
}

export type Field = TextField | WonField | ObjectField;

/** A whole table of KICC's, in KICC's order. */
export interface FieldTable {
  readonly [name: string]: Field;
}

/** The TypeScript value a row holds. */
export type FieldValue<F> =
  F extends TextField<boolean, infer Value>
    ? Value
    : F extends WonField
      ? number
      : F extends ObjectField<boolean, infer Fields>
        ? FieldValues<Fields>
        : never;

/** The TypeScript type that a table describes. */
export type FieldValues<Fields extends FieldTable> = Flat<
  { readonly [Name in keyof Fields as Fields[Name]['required'] extends true ? Name : never]: FieldValue<Fields[Name]> } & {
    readonly [Name in keyof Fields as Fields[Name]['required'] extends true ? never : Name]?: FieldValue<Fields[Name]>;
  }
>;

type Flat<T> = { [Key in keyof T]: T[Key] };

type Details<F extends Row<boolean>> = Omit<F, 'kind' | 'maxBytes' | 'min' | 'fields' | 'oneOf' | 'required'>;

/** Declares a `String` row of at most `maxBytes` bytes. */
export function text<const Required extends boolean, const Value extends string = string>(
  maxBytes: number,
  row: Details<TextField> & { required: Required; oneOf?: readonly Value[] },
): TextField<Required, Value> {
  return { kind: 'text', maxBytes, ...row };
}

/** Declares a `String` row whose values are a code of KICC's. The list stays open: KICC adds codes without notice. */
export function code<Code extends string, Required extends boolean>(
  maxBytes: number,
  row: Details<TextField> & { required: Required },
): TextField<Required, Code> {
  return { kind: 'text', maxBytes, ...row };
}

/** Declares a `Number` row that holds KRW. */
export function won<const Required extends boolean>(
  min: 0 | 1,
  row: Details<WonField> & { required: Required },
): WonField<Required> {
  return { kind: 'won', min, ...row };
}

/** Declares an `Object` row. */
export function object<const Required extends boolean, Fields extends FieldTable>(
  fields: Fields,
  row: Details<ObjectField> & { required: Required },
): ObjectField<Required, Fields> {
  return { kind: 'object', fields, ...row };
}
