// Prints a JSON Schema: latchkey_schemas fixture > fixtures/fixture.schema.json
#include <iostream>
#include <string_view>

#include "support/json_schema.h"

int main(int count, char** words) {
  const std::string_view name = count == 2 ? words[1] : "";
  if (name != "fixture" && name != "scenario") {
    std::cerr << "usage: latchkey_schemas fixture|scenario\n";
    return 2;
  }
  std::cout << latchkey::test::indented(name == "fixture" ? latchkey::test::fixture_schema()
                                                          : latchkey::test::scenario_schema());
}
