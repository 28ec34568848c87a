import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOf, PassingError, UnreachableError } from '../../../src/engine/download/faults';

const HOST = 'models.example';
const systemError = (code: string): Error =>
  Object.assign(new Error(`getaddrinfo ${code} ${HOST}`), { code, syscall: 'getaddrinfo' });

for (const code of ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH'])
  test(`no way to a host is told in words, never as a call of the system: ${code}`, () => {
    for (const error of [systemError(code), new AggregateError([systemError(code)])]) {
      const fault = faultOf(error, HOST);
      assert.ok(fault instanceof UnreachableError);
      assert.equal(fault.message, `no connection to ${HOST}`);
    }
  });

test('what broke on the way keeps its words, and may pass', () => {
  const fault = faultOf(new Error('socket hang up'), HOST);
  assert.ok(fault instanceof PassingError && !(fault instanceof UnreachableError));
  assert.equal(fault.message, `${HOST}: socket hang up`);
});
