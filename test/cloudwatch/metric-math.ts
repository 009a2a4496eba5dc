/**
 * Evaluates the metric math expressions of alarms, by the rules that AWS documents:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 *
 * It supports arithmetic, comparison and logical operators, `DIFF`, `FILL` and `IF`. It rejects functions that AWS advises against in
 * alarms, such as `SUM` and `RUNNING_SUM`, and functions that it does not know.
 */

/** The values of a time series, from the oldest to the newest. A missing value is undefined. */
export type Series = ReadonlyArray<number | undefined>;

type Value = number | Series;

/** A parsed expression. */
export type Expression = (series: Readonly<Record<string, Series>>) => Value;

/** The interpretation of a rule that AWS does not document. */
export interface Interpretation {
  /** Whether `FILL` also replaces the values of a time series that has none. */
  readonly fillsEmptySeries: boolean;
}

/** Evaluates an expression that results in a time series. */
export function evaluateExpression(expression: string, series: Readonly<Record<string, Series>>, interpretation?: Interpretation): Series {
  const result = parseExpression(expression, interpretation)(series);
  if (typeof result === 'number') throw new Error(`the result must be a time series, got the scalar ${result}`);
  return result;
}

/** Operators by precedence, from the lowest to the highest. */
const OPERATORS: Array<Record<string, (left: number, right: number) => number | undefined>> = [
  { 'OR': (left, right) => Number(left !== 0 || right !== 0), '||': (left, right) => Number(left !== 0 || right !== 0) },
  { 'AND': (left, right) => Number(left !== 0 && right !== 0), '&&': (left, right) => Number(left !== 0 && right !== 0) },
  {
    '==': (left, right) => Number(left === right),
    '!=': (left, right) => Number(left !== right),
    '<=': (left, right) => Number(left <= right),
    '>=': (left, right) => Number(left >= right),
    '<': (left, right) => Number(left < right),
    '>': (left, right) => Number(left > right),
  },
  { '+': (left, right) => left + right, '-': (left, right) => left - right },
  { '*': (left, right) => left * right, '/': (left, right) => right === 0 ? undefined : left / right }, // such a data point is dropped
];

/** Parses the expressions of an alarm by their ids, which can refer to each other. Returns the expression with the specified id. */
export function parseExpressions(texts: Readonly<Record<string, string>>, id: string, interpretation?: Interpretation): Expression {
  const expressions = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, {
    evaluate: parseExpression(text, interpretation),
    dependencies: (text.match(/\b[a-z]\w*/g) ?? []).filter((other) => other in texts),
  }]));
  const evaluate = (name: string, series: Record<string, Series>): Value => {
    const { dependencies, evaluate: evaluateOne } = expressions[name];
    for (const other of dependencies) series[other] ??= evaluate(other, series) as Series;
    return evaluateOne(series);
  };
  return (series) => evaluate(id, { ...series });
}

export function parseExpression(text: string, { fillsEmptySeries }: Interpretation = { fillsEmptySeries: true }): Expression {
  const tokens = text.match(/\d+(?:\.\d+)?|\w+|[=!<>]=|&&|\|\||\S/g) ?? [];
  let position = 0;
  const next = (): string => tokens[position++];
  const expect = (token: string): void => {
    if (tokens[position] !== token) throw new Error(`expected "${token}" in "${text}", got "${tokens[position]}"`);
    position++;
  };

  const parse = (level = 0): Expression => {
    if (level === OPERATORS.length) return operand();
    let left = parse(level + 1);
    while (tokens[position] in OPERATORS[level]) {
      const operator = OPERATORS[level][next()];
      const [before, after] = [left, parse(level + 1)];
      left = (series) => combine(operator, before(series), after(series));
    }
    return left;
  };

  const operand = (): Expression => {
    const token = next();
    if (token === '(') {
      const inner = parse();
      expect(')');
      return inner;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (tokens[position] === '(') return call(token);
    return (series) => {
      if (!(token in series)) throw new Error(`there is no metric with the id ${token} in "${text}"`);
      return series[token];
    };
  };

  const call = (name: string): Expression => {
    const args: Expression[] = [];
    do {
      position++; // the parenthesis or comma
      args.push(tokens[position] === 'REPEAT' ? (position++, () => []) : parse());
    } while (tokens[position] === ',');
    expect(')');
    switch (name) {
      case 'FILL': return (series) => fill(args[0](series), args[1](series), fillsEmptySeries);
      case 'DIFF': return (series) => differences(args[0](series));
      case 'IF': return (series) => conditional(args[0](series), args[1](series), args[2]?.(series));
      default: throw new Error(`the function ${name} is not supported in alarms`);
    }
  };

  const expression = parse();
  if (position < tokens.length) throw new Error(`unexpected "${tokens[position]}" in "${text}"`);
  return expression;
}

/** A data point exists if one of the time series has a value. The missing value of the other is 0. */
function combine(operator: (left: number, right: number) => number | undefined, left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return operator(left, right) ?? [];
  const result: Array<number | undefined> = [];
  for (let index = 0; index < lengthOf(left, right); index++) {
    const [one, other] = [typeof left === 'number' ? left : left[index], typeof right === 'number' ? right : right[index]];
    const exists = (typeof left !== 'number' && one !== undefined) || (typeof right !== 'number' && other !== undefined);
    result.push(exists ? operator(one ?? 0, other ?? 0) : undefined);
  }
  return result;
}

/** Fills missing values with a scalar or, if the filler is empty, with the last value (`REPEAT`). */
function fill(value: Value, filler: Value, fillsEmptySeries: boolean): Series {
  if (typeof value === 'number') throw new Error('FILL requires a time series');
  if (!fillsEmptySeries && value.every((point) => point === undefined)) return value;
  let last: number | undefined;
  return value.map((point) => {
    last = point ?? last;
    return point ?? (typeof filler === 'number' ? filler : last);
  });
}

/** The difference of each value and the preceding value. There is none for the first value. */
function differences(value: Value): Series {
  if (typeof value === 'number') throw new Error('DIFF requires a time series');
  let preceding: number | undefined;
  return value.map((point) => {
    const difference = point === undefined || preceding === undefined ? undefined : point - preceding;
    preceding = point ?? preceding;
    return difference;
  });
}

function conditional(condition: Value, whenTrue: Value, whenFalse: Value | undefined): Series {
  const length = lengthOf(condition, whenTrue, whenFalse ?? 0);
  return Array.from({ length }, (_, index) => {
    const at = (value: Value): number | undefined => typeof value === 'number' ? value : value[index];
    const decision = at(condition);
    if (decision === undefined) return undefined;
    if (decision !== 0) return at(whenTrue) ?? 0;
    return whenFalse === undefined ? undefined : at(whenFalse);
  });
}

function lengthOf(...values: Value[]): number {
  return Math.max(...values.map((value) => typeof value === 'number' ? 0 : value.length));
}
