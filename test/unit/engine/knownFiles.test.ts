import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { leadsInside } from '../../../src/engine/download/privateHosts';
import {
  parseClipTextConfig,
  parseUNetConfig,
  parseVaeConfig,
  SD21_CLIP,
  SD21_UNET,
  SD21_VAE,
} from '../../../src/engine/graph/sd21/config';
import { KNOWN_FILES } from '../../../src/engine/models/install/knownFiles';
import {
  DIFFUSION_MODELS,
  draftFiles,
  ownFiles,
  pipelineFiles,
} from '../../../src/engine/models/install/diffusionModels';
import { PRECISIONS } from '../../../src/shared/modelProtocol';
import { unverifiedDetail, unverifiedIn } from '../../../src/shared/unverifiedFiles';

describe('what is known of PiSA-SR’s files', () => {
  it('every file of weights has a SHA-256 of its own, every file a limit', () => {
    const hashes = PRECISIONS.flatMap((precision) => {
      const files = [...pipelineFiles(precision, true), ...draftFiles(precision)];
      for (const { path, bytes, maxBytes } of files)
        assert.ok((bytes ?? maxBytes ?? Infinity) <= (path.endsWith('.json') ? 1e6 : 4e9), path);
      const weights = files.filter(({ path }) => !path.endsWith('.json'));
      assert.equal(weights.length, 5);
      assert.deepEqual(
        weights.map(({ path }) => path).sort(),
        Object.keys(KNOWN_FILES[precision]).sort(),
      );
      return weights.map(({ sha256 }) => sha256);
    });
    assert.equal(new Set(hashes).size, 8, 'tokenizer and tiny decoder are the same in both');
    assert.deepEqual(
      pipelineFiles('fp32')
        .filter(({ temporary }) => temporary)
        .map(({ path }) => path),
      ['text_encoder/config.json', 'text_encoder/model.safetensors'],
    );
    assert.ok(pipelineFiles('fp32', true).every(({ temporary }) => !temporary));
    for (const hash of hashes) assert.match(hash ?? '', /^[0-9a-f]{64}$/);
  });

  it('each model has a file of its own that a person brings or an https address offers', () => {
    for (const offer of Object.values(DIFFUSION_MODELS)) {
      const [own] = ownFiles(offer);
      assert.equal(own === undefined, offer.weights.folder === undefined, offer.id);
      if (own) {
        assert.equal(own.path, offer.weights.name);
        assert.ok((own.maxBytes ?? Infinity) <= 1e9);
        assert.match(offer.weights.folder ?? '', /^https:/);
      }
      assert.ok(offer.licences.some(({ mustAccept }) => mustAccept));
    }
  });

  it('the configurations that the pipeline comes with are those that need no question', () => {
    const shared = { act_fn: 'silu', layers_per_block: 2, norm_num_groups: 32 };
    const cross = 'CrossAttnDownBlock2D';
    const up = 'CrossAttnUpBlock2D';
    assert.deepEqual(
      parseUNetConfig({
        ...shared,
        attention_head_dim: [5, 10, 20, 20],
        block_out_channels: [320, 640, 1280, 1280],
        center_input_sample: false,
        cross_attention_dim: 1024,
        down_block_types: [cross, cross, cross, 'DownBlock2D'],
        dual_cross_attention: false,
        flip_sin_to_cos: true,
        freq_shift: 0,
        in_channels: 4,
        norm_eps: 1e-5,
        num_class_embeds: null,
        out_channels: 4,
        sample_size: 64,
        up_block_types: ['UpBlock2D', up, up, up],
        use_linear_projection: true,
      }),
      SD21_UNET,
    );
    assert.deepEqual(
      parseVaeConfig({
        ...shared,
        block_out_channels: [128, 256, 512, 512],
        down_block_types: Array(4).fill('DownEncoderBlock2D'),
        up_block_types: Array(4).fill('UpDecoderBlock2D'),
        latent_channels: 4,
        sample_size: 768,
      }),
      SD21_VAE,
    );
    assert.deepEqual(
      parseClipTextConfig({
        hidden_act: 'gelu',
        hidden_size: 1024,
        intermediate_size: 4096,
        layer_norm_eps: 1e-5,
        max_position_embeddings: 77,
        num_attention_heads: 16,
        num_hidden_layers: 23,
        vocab_size: 49408,
      }),
      SD21_CLIP,
    );
  });

  it('the files that an error names are read from its detail', () => {
    const files = [
      { path: 'pisa_sr.pkl', sha256: 'a'.repeat(64) },
      { path: 'unet/a b.safetensors', sha256: 'b'.repeat(64) },
    ];
    assert.deepEqual(unverifiedIn(unverifiedDetail(files)), files);
    assert.deepEqual(unverifiedIn(undefined), []);
  });
});

describe('a redirect from outside never leads inside', () => {
  const url = (text: string): URL => new URL(text);
  const outside = ['https://huggingface.co/x', 'http://93.184.216.34/x'];
  const inside = [
    'http://localhost/x',
    'http://a.localhost:8080/x',
    'http://127.0.0.1/x',
    'http://127.1/x',
    'http://2130706433/x',
    'http://0.0.0.0/x',
    'http://10.1.2.3/x',
    'http://172.20.0.1/x',
    'http://192.168.1.1/x',
    'http://[::1]/x',
    'http://[fd00::1]/x',
    'http://[::ffff:127.0.0.1]/x',
  ];
  const linkLocal = ['http://169.254.169.254/latest', 'http://[fe80::1]/x'];
  it('from the internet to this machine, its network or a link-local address', () => {
    for (const from of outside)
      for (const to of [...inside, ...linkLocal])
        assert.equal(leadsInside(url(from), url(to)), true, `${from} → ${to}`);
  });
  it('from inside only to a link-local address', () => {
    for (const to of inside) assert.equal(leadsInside(url('http://127.0.0.1:9'), url(to)), false);
    for (const to of linkLocal) assert.equal(leadsInside(url('http://127.0.0.1:9'), url(to)), true);
  });
  it('between hosts of the internet it may lead', () => {
    assert.equal(leadsInside(url('https://huggingface.co'), url('https://cdn.hf.co/x')), false);
  });
});
