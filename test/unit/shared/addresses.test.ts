import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskedAddress, unencryptedAddresses } from '../../../src/shared/addresses';

test('an address is shown without user name, password and query, be it one or not', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['https://mirror.example/x/{path}', 'https://mirror.example/x/{path}'],
    ['https://user:secret@mirror.example/{path}', 'https://***@mirror.example/{path}'],
    ['https://user:se/c@ret@mirror.example/x', 'https://***@mirror.example/x'],
    ['https://mirror.example/{path}?token=secret#secret', 'https://mirror.example/{path}?***'],
    ['https//user:secret@mirror.example', '***@mirror.example'],
    ['user:secret@mirror.example', '***@mirror.example'],
    ['ftp://user:secret\n@mirror.example', 'ftp://***@mirror.example'],
    ['https:user:secret@mirror.example', 'https:***@mirror.example'],
    ['', ''],
  ];
  for (const [address, shown] of cases) {
    assert.equal(maskedAddress(address), shown);
    assert.doesNotMatch(maskedAddress(address), /secret/);
  }
});

test('plain http is told apart, each address once and masked', () => {
  assert.deepEqual(
    unencryptedAddresses([
      'https://a.example',
      'HTTP://u:p@b.example/{path}',
      ' http://127.0.0.1:8080',
      'HTTP://u:p@b.example/{path}',
    ]),
    ['HTTP://***@b.example/{path}', ' http://127.0.0.1:8080'],
  );
});
