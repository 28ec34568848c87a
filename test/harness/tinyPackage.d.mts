export declare const TINY_PACKAGE: string;
/** The environment's variable that names the server which has `osediff.pkl`. */
export declare const OSEDIFF_VARIABLE: string;
/** `catalogue`: published models that it knows instead of the product's. */
export declare function buildTinyPackage(options?: {
  readonly catalogue?: readonly object[];
  readonly files?: string;
}): Promise<void>;
