# cmake -DIN=schema.sql -DOUT=schema_sql.c -P embed.cmake: the file as a C string.
file(READ ${IN} text)
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\n" "\\n\"\n\t\"" text "${text}")
file(WRITE ${OUT} "#include \"store/sql.h\"\n\nconst char schema_sql[] =\n\t\"${text}\";\n")
