import htm from 'htm';
import { h, type VNode } from 'preact';

/** Builds elements from a template. Values become text, never markup. */
export const html = htm.bind(h) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
