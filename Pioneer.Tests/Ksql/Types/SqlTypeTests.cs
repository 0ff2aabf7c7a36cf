using Pioneer.Ksql.Types;
using Xunit;

namespace Pioneer.Tests.Ksql.Types;

public sealed class SqlTypeTests
{
    [Theory]
    [InlineData("int", "INTEGER")]
    [InlineData("varchar", "STRING")]
    [InlineData("VARCHAR(STRING)", "STRING")]
    [InlineData("decimal(4,2)", "DECIMAL(4, 2)")]
    [InlineData("ARRAY<MAP<STRING, bigint>>", "ARRAY<MAP<STRING, BIGINT>>")]
    [InlineData("struct<a int, `b c` ARRAY<DOUBLE>>", "STRUCT<`A` INTEGER, `b c` ARRAY<DOUBLE>>")]
    public void Type_prints_as_ksqldb_does_and_reads_back(string text, string printed)
    {
        var type = SqlType.Parse(text);

        Assert.Equal(printed, type.ToString());
        Assert.Equal(type, SqlType.Parse(printed));
    }

    [Theory]
    [InlineData("DECIMAL(2, 3)", "DECIMAL precision must be >= scale: DECIMAL(2,3)")]
    [InlineData("DECIMAL(0, 0)", "DECIMAL precision must be >= 1: DECIMAL(0,0)")]
    [InlineData("MONEY", "Cannot resolve unknown type: MONEY")]
    [InlineData("ARRAY<INT", "Expected '>' after the element type of ARRAY")]
    [InlineData("INT INT", "Unexpected text after the type: 'INT'")]
    public void Type_that_is_wrong_says_why(string text, string error)
    {
        Assert.False(SqlType.TryParse(text, out _, out var said));
        Assert.Equal(error, said);
    }

    [Fact]
    public void Type_nested_beyond_the_limit_is_refused_instead_of_exhausting_the_stack()
    {
        var text = string.Concat(Enumerable.Repeat("ARRAY<", 100_000));

        Assert.False(SqlType.TryParse(text, out _, out var error));
        Assert.Contains("at most 64 deep", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Schema_prints_as_ksqldb_does_and_reads_back()
    {
        const string Text = "`ID` BIGINT KEY, `AMOUNT` DECIMAL(18, 2), `who``s` STRING, `H` BYTES HEADER('h')";

        var schema = RelationSchema.Parse(Text);

        Assert.Equal(Text, schema.ToString());
        Assert.Equal(["ID"], schema.Keys.Select(c => c.Name));
        Assert.Equal(["AMOUNT", "who`s"], schema.Values.Select(c => c.Name));
        Assert.Equal(schema, RelationSchema.Parse(schema.ToString()));
    }

    [Theory]
    [InlineData('+', "DECIMAL(4, 2)", "INTEGER", "DECIMAL(13, 2)")]
    [InlineData('*', "DECIMAL(4, 2)", "DECIMAL(5, 3)", "DECIMAL(10, 5)")]
    [InlineData('/', "DECIMAL(4, 2)", "DECIMAL(5, 3)", "DECIMAL(13, 8)")]
    [InlineData('%', "DECIMAL(4, 2)", "DECIMAL(5, 3)", "DECIMAL(5, 3)")]
    [InlineData('+', "DECIMAL(4, 2)", "DOUBLE", "DOUBLE")]
    [InlineData('-', "INTEGER", "BIGINT", "BIGINT")]
    [InlineData('+', "STRING", "STRING", "STRING")]
    public void Arithmetic_has_the_type_that_ksqldb_gives(char op, string left, string right, string result) =>
        Assert.Equal(SqlType.Parse(result), SqlTypeCoercion.Arithmetic(op, SqlType.Parse(left), SqlType.Parse(right)));

    [Theory]
    [InlineData("BOOLEAN", "STRING", true)]
    [InlineData("STRING", "TIMESTAMP", true)]
    [InlineData("BOOLEAN", "INTEGER", false)]
    [InlineData("TIMESTAMP", "BIGINT", false)]
    [InlineData("ARRAY<INTEGER>", "ARRAY<STRING>", true)]
    public void Cast_exists_only_for_the_pairs_of_ksqldb(string from, string to, bool exists) =>
        Assert.Equal(exists, SqlTypeCoercion.CanCast(SqlType.Parse(from), SqlType.Parse(to)));
}
