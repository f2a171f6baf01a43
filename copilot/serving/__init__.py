"""How other programs call Bearing: an HTTP API, the OpenAI protocol, and MCP."""
