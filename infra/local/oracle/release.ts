/**
 * The releases that this server can pretend to be. What differs is how client and server get
 * acquainted and which fields later messages have: node-oracledb
 * `lib/thin/protocol/capabilities.js` and `lib/thin/connection.js` (connectAsync).
 */
export type Version = '23ai' | '19c';

export interface Release {
  /** Of TNS, in ACCEPT. */
  protocol: number;
  /** Protocol, data types and the first phase of the login come in one message. */
  fastAuthentication: boolean;
  /** A response ends with a message of its own and a flag on its last packet. */
  endOfResponse: boolean;
  /** Decides which fields the messages have; TNS_CCAP_FIELD_VERSION in the driver's constants. */
  fieldVersion: number;
  /** As in V$INSTANCE.VERSION_FULL, a byte or a half byte per part. */
  number: number;
}

export const RELEASES: Record<Version, Release> = {
  '23ai': {
    protocol: 319,
    fastAuthentication: true,
    endOfResponse: true,
    fieldVersion: 24,
    number: 0x17040000,
  },
  '19c': {
    protocol: 318,
    fastAuthentication: false,
    endOfResponse: false,
    fieldVersion: 12,
    number: 0x13030000,
  },
};

/** The field versions from which on a message has further fields. */
export const FIELDS_SINCE = {
  sqlType: 14,
  domains: 17,
  tokens: 18,
  annotations: 20,
  vectors: 24,
} as const;
