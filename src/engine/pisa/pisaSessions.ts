import type { Device } from '../../shared/settings';
import type { ComputeType } from '../graph/sd21/weights';
import type { DiffusionModel } from '../models/kinds/diffusion';
import { readPisaCheckpoint } from './pisaCheckpoint';
import { PisaNetworks } from './pisaNetworks';
import type { PisaPicture } from './pisaPicture';
import type { Pace } from './steps';

/**
 * Keeps PiSA-SR's networks warm for one device, and what they computed for the last picture: a new
 * λ then costs a decode.
 */
export class PisaSessions {
  readonly pace: Pace = { secondsPerUnit: undefined };
  private current: { readonly key: string; readonly networks: PisaNetworks } | undefined;
  private picture: { readonly key: string; readonly picture: PisaPicture } | undefined;

  /** The networks for a model on a device; those of another are closed first. */
  async acquire(model: DiffusionModel, device: Device, type: ComputeType): Promise<PisaNetworks> {
    const key = `${model.folder}|${device}|${type}`;
    if (this.current?.key === key) return this.current.networks;
    await this.release();
    const networks = new PisaNetworks(await readPisaCheckpoint(model), device, type);
    this.current = { key, networks };
    return networks;
  }

  /** What is known of a picture. `identity` tells pictures, their versions and scales apart. */
  known(identity: string): PisaPicture | undefined {
    return this.picture?.key === this.keyOf(identity) ? this.picture.picture : undefined;
  }

  remember(identity: string, picture: PisaPicture | undefined): void {
    if (picture) this.picture = { key: this.keyOf(identity), picture };
  }

  async release(): Promise<void> {
    const networks = this.current?.networks;
    this.current = undefined;
    this.picture = undefined;
    this.pace.secondsPerUnit = undefined;
    await networks?.releaseAll();
  }

  private keyOf(identity: string): string {
    return `${this.current?.key ?? ''}|${identity}`;
  }
}
