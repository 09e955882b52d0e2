import type { Raw } from "./raw";

/** An API document with one of each kind. */
export const sampleApi: Raw = {
  tags: [
    { name: "Things", description: "What there is." },
    { name: "Empty", description: "Nothing." },
  ],
  paths: {
    "/things/{id}": {
      get: {
        operationId: "getThing",
        tags: ["Things"],
        summary: "Shows a thing.",
        description: "As it is.\n\nWith `fields`, a part of it.",
        security: [{ session: [] }],
        parameters: [
          {
            name: "id",
            in: "path",
            required: true,
            description: "Its id.",
            schema: { type: "string" },
          },
          { name: "fields", in: "query", schema: { type: "string", maxLength: 20 } },
          { name: "If-None-Match", in: "header", schema: { type: "string" } },
        ],
        responses: {
          "200": {
            description: "The thing.",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } },
          },
          "404": { $ref: "#/components/responses/NotFound" },
        },
      },
      delete: {
        operationId: "deleteThing",
        tags: ["Things"],
        summary: "Takes a thing away.",
        description: "Takes a thing away.",
        security: [],
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
        responses: { "204": { description: "It is gone." } },
      },
    },
    "/things": {
      post: {
        operationId: "createThing",
        tags: ["Things"],
        summary: "Makes a thing.",
        requestBody: {
          content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } },
        },
        responses: { "201": { description: "It was made." } },
      },
    },
  },
  components: {
    schemas: {
      Thing: {
        type: "object",
        required: ["name", "parts"],
        properties: {
          name: { type: "string", description: "What it is called.", maxLength: 20 },
          kind: { type: "string", enum: ["a", "b"], default: "a" },
          parts: { type: "array", items: { $ref: "#/components/schemas/Thing" }, maxItems: 3 },
          size: { type: "integer", minimum: 2, maximum: 9 },
        },
      },
    },
    responses: {
      NotFound: {
        description: "There is none.",
        content: {
          "application/problem+json": {
            schema: { type: "object" },
            example: { code: "not_found", status: 404 },
          },
        },
      },
    },
  },
};
