import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { METRICS } from '../../lib/opentelemetry/index.js';

/** How OpenTelemetry's exporter for Prometheus names a metric: underscores, the unit, and what kind of series it is. */
function prometheusNames(): Set<string> {
  const plain = (name: string): string => name.replaceAll('.', '_');
  const { settled, alarms, open, attention, timeToSettle, requests, oldestAge, windowLeft, clockSkew } = METRICS;
  return new Set([
    ...[settled, alarms].map((name) => `${plain(name)}_total`),
    ...[open, attention].map(plain),
    ...[timeToSettle, requests].flatMap((name) => ['bucket', 'count', 'sum'].map((part) => `${plain(name)}_seconds_${part}`)),
    ...[oldestAge, windowLeft, clockSkew].map((name) => `${plain(name)}_seconds`),
  ]);
}

describe.each(['dashboard.json', 'alerts.yaml'])('docs/grafana/%s', (file) => {
  const text = readFileSync(new URL(`../../docs/grafana/${file}`, import.meta.url), 'utf8');
  // Labels stand in braces, by() and {{…}}; metrics stand before a brace, a bracket, a comparison or the end of a call.
  const used = [...text.matchAll(/\b((?:kicc|http)_[a-z_]+?)(?=\{|\[|\)\)? [><]|\)(?:"|$|,| \()|\)\)"|\) > )/gm)].map(
    ([, name = '']) => name,
  );
  const metrics = used.filter((name) => /_(total|bucket|seconds|open|attention)$/.test(name) && name !== 'kicc_attention');

  it('asks for metrics that the library has, and for no other', () => {
    expect(metrics.length).toBeGreaterThan(3);
    const known = prometheusNames();
    expect(metrics.filter((name) => !known.has(name))).toEqual([]);
  });
});
