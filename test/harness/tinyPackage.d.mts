export declare const TINY_PACKAGE: string;
/** `catalogue`: published models that it knows instead of the product's. */
export declare function buildTinyPackage(options?: {
  readonly catalogue?: readonly object[];
}): Promise<void>;
