import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** A key and a certificate, both PEM. Node can read certificates but not make them. */
export type Identity = { readonly key: string; readonly cert: string };

/** One that can sign others. */
export type Authority = Identity & { readonly name: string; readonly privateKey: KeyObject };

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const identifier = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const TRUE = der(0x01, Buffer.from([0xff]));
const ECDSA_WITH_SHA256 = sequence(identifier('2a8648ce3d040302'));
const COMMON_NAME = '550403';
const ALTERNATIVE_NAMES = '551d11';
const BASIC_CONSTRAINTS = '551d13';

const nameOf = (text: string): Buffer =>
  sequence(der(0x31, sequence(identifier(COMMON_NAME), der(0x0c, Buffer.from(text)))));

/**
 * A certificate for a common name; for 127.0.0.1 and localhost, or for another `host`. Signed by an
 * authority, else by itself, and then it can sign others.
 */
export function certificate(
  name: string,
  { by, host }: { readonly by?: Authority; readonly host?: string } = {},
): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const hosts =
    host === undefined
      ? [der(0x87, Buffer.from([127, 0, 0, 1])), der(0x82, Buffer.from('localhost'))]
      : [der(0x82, Buffer.from(host))];
  const extension = (id: string, ...value: readonly Buffer[]): Buffer =>
    sequence(identifier(id), ...value);
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ECDSA_WITH_SHA256,
    nameOf(by?.name ?? name),
    sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z'))),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        extension(ALTERNATIVE_NAMES, der(0x04, sequence(...hosts))),
        ...(by ? [] : [extension(BASIC_CONSTRAINTS, TRUE, der(0x04, sequence(TRUE)))]),
      ),
    ),
  );
  const signature = sign('sha256', body, by?.privateKey ?? privateKey);
  const whole = sequence(body, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    name,
    privateKey,
  };
}
