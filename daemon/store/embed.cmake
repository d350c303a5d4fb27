# cmake -DIN=schema.sql -DOUT=schema_sql.c -DNAME=schema_sql -DHEADER=store/sql.h -P embed.cmake: the file as the C string NAME,
# which HEADER declares.
file(READ ${IN} text)
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\n" "\\n\"\n\t\"" text "${text}")
file(WRITE ${OUT} "#include \"${HEADER}\"\n\nconst char ${NAME}[] =\n\t\"${text}\";\n")
