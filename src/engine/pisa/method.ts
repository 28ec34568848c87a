import type { CheckpointDict } from '../checkpoint/torchValues';
import { readOseDiffFile, readPisaFile, type AdapterFile } from '../graph/sd21/adapterFiles';
import type { DiffusionKind } from '../models/manifest';
import type { Guidance } from '../../shared/guidance';

/** What differs between models that restore by one step of Stable Diffusion 2.1. */
export type Method = {
  /** Where the UNet is evaluated. */
  readonly timestep: number;
  /** z₀ = (z − noise · ε) / signal. */
  readonly signal: number;
  readonly noise: number;
  /**
   * Where the dials act: PiSA-SR's LoRAs are steered in latent space; of OSEDiff's one result so
   * much is taken as the dial says, beside the enlarged source.
   */
  readonly dials: 'latents' | 'pixels';
  /** Whether a loaded checkpoint claims to be the model's. */
  isFile(checkpoint: CheckpointDict): boolean;
  /** Throws an Error that says what is missing. */
  read(checkpoint: CheckpointDict): AdapterFile;
};

/** SD-2.1-base's schedule: "scaled linear", from √0.00085 to √0.012 in a thousand steps. */
const BETAS = { first: 0.00085, last: 0.012, steps: 1000 } as const;

/** ᾱ_t = ∏ (1 − β_i) up to `timestep` (Ho et al., 2020). */
export function signalShare(timestep: number): number {
  const [from, to] = [Math.sqrt(BETAS.first), Math.sqrt(BETAS.last)];
  let share = 1;
  for (let i = 0; i <= timestep; i++)
    share *= 1 - (from + ((to - from) * i) / (BETAS.steps - 1)) ** 2;
  return share;
}

const OSEDIFF_TIMESTEP = 999;

export const METHODS: Readonly<Record<DiffusionKind, Method>> = {
  // `pisasr.py`: no scheduler, z₀ = z − ε.
  'pisa-sr': {
    timestep: 1,
    signal: 1,
    noise: 1,
    dials: 'latents',
    isFile: (checkpoint) => checkpoint.has('state_dict_unet') && !checkpoint.has('state_dict_vae'),
    read: readPisaFile,
  },
  // `osediff.py`: the last step of DDPM, from the noisiest one to the end.
  osediff: {
    timestep: OSEDIFF_TIMESTEP,
    signal: Math.sqrt(signalShare(OSEDIFF_TIMESTEP)),
    noise: Math.sqrt(1 - signalShare(OSEDIFF_TIMESTEP)),
    dials: 'pixels',
    isFile: (checkpoint) => checkpoint.has('state_dict_unet') && checkpoint.has('state_dict_vae'),
    read: readOseDiffFile,
  },
};

/** Whether any network must run for this guidance. */
export const needsNetworks = ({ dials }: Method, { semantic }: Guidance): boolean =>
  dials === 'latents' || semantic !== 0;

/** What the networks are asked for: with dials in pixels always the whole of the result. */
export const latentGuidance = ({ dials }: Method, guidance: Guidance): Guidance =>
  dials === 'latents' ? guidance : { pixel: 1, semantic: 1 };
