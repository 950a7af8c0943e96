// Moved to the leaf src/json.ts, which serves request bodies too; this line goes when nobody imports it from here.
export * from '../json.js';
