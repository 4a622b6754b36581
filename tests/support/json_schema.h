// JSON Schemas (draft 2020-12) of the files that people write, made from the tables that their readers go by;
// and a check of documents by such a schema, for as much of JSON Schema as these use.
#pragma once

#include <string>
#include <vector>

#include "core/value.h"

namespace latchkey::test {

Value fixture_schema();   // fixtures/fixture.schema.json
Value scenario_schema();  // scenarios/scenario.schema.json
// With line ends and indents, as the files are kept.
std::string indented(const Value& value);

// Where the document is not what the schema says; empty: nowhere.
std::vector<std::string> schema_violations(const Value& schema, const Value& document);

}  // namespace latchkey::test
