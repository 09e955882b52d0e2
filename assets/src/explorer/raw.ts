/** The API document as it is published (OpenAPI 3.0.3), as far as the explorer reads it. */
export interface Raw {
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, RawOperation>>;
  components?: { schemas?: Record<string, Schema>; responses?: Record<string, RawResponse> };
}

export interface RawOperation {
  operationId: string;
  tags?: string[];
  summary?: string;
  description?: string;
  security?: unknown[];
  parameters?: RawParameter[];
  requestBody?: { content?: Record<string, RawContent> };
  responses: Record<string, RawResponse>;
}

export interface RawParameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  description?: string;
  schema: Schema;
}

export interface RawResponse {
  $ref?: string;
  description?: string;
  content?: Record<string, RawContent>;
}

interface RawContent {
  schema?: Schema;
  example?: unknown;
}

/** A JSON schema. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  description?: string;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  default?: unknown;
  example?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}
