using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Types;
using Xunit;

namespace Pioneer.Tests.Ksql.Functions;

public sealed class FunctionCatalogueTests
{
    [Fact]
    public void Catalogue_documents_every_function()
    {
        Assert.True(FunctionCatalogue.Default.All.Length > 140);
        Assert.All(FunctionCatalogue.Default.All, f =>
        {
            Assert.NotEmpty(f.Signatures);
            Assert.EndsWith(".", f.Description, StringComparison.Ordinal);
            Assert.Equal(f.Name, f.Name.ToUpperInvariant());
        });
    }

    [Fact]
    public void Names_are_found_in_any_case() => Assert.Equal("UCASE", FunctionCatalogue.Default.Find("uCase")!.Name);

    [Theory]
    [InlineData("UCASE", "STRING", "STRING")]
    [InlineData("UCASE", "INTEGER", null)]
    [InlineData("UCASE", "STRING, STRING", null)]
    [InlineData("ABS", "INTEGER", "INTEGER")]
    [InlineData("ABS", "DECIMAL(9, 3)", "DECIMAL(9, 3)")]
    [InlineData("ROUND", "DECIMAL(9, 3)", "DECIMAL(6, 0)")]
    [InlineData("ROUND", "DECIMAL(9, 3), INTEGER", "DECIMAL(9, 3)")]
    [InlineData("SQRT", "BIGINT", "DOUBLE")]
    [InlineData("GREATEST", "INTEGER, INTEGER", "INTEGER")]
    [InlineData("GREATEST", "INTEGER, BIGINT", null)]
    [InlineData("GREATEST", "DECIMAL(9, 2), DECIMAL(7, 6)", "DECIMAL(13, 6)")]
    [InlineData("COALESCE", "STRING, STRING, STRING", "STRING")]
    [InlineData("COALESCE", "STRING, INTEGER", null)]
    [InlineData("ARRAY_MAX", "ARRAY<STRING>", "STRING")]
    [InlineData("ARRAY_CONTAINS", "ARRAY<STRING>, INTEGER", null)]
    [InlineData("MAP_VALUES", "MAP<STRING, DOUBLE>", "ARRAY<DOUBLE>")]
    [InlineData("ENTRIES", "MAP<STRING, INTEGER>, BOOLEAN", "ARRAY<STRUCT<`K` STRING, `V` INTEGER>>")]
    [InlineData("COUNT", "", null)]
    [InlineData("COUNT", "STRING", "BIGINT")]
    [InlineData("SUM", "DECIMAL(4, 2)", "DECIMAL(4, 2)")]
    [InlineData("LATEST_BY_OFFSET", "STRING, INTEGER", "ARRAY<STRING>")]
    [InlineData("CONCAT", "STRING, STRING", "STRING")]
    public void Call_has_the_type_that_ksqldb_gives_or_none(string name, string arguments, string? result)
    {
        var types = RelationSchema.Parse(string.Join(", ", Split(arguments).Select((t, i) => $"A{i} {t}"))).Columns.Select(c => c.Type);

        var type = FunctionCatalogue.Default.Find(name)!.ResolveType([.. types.Select(FunctionArgument.Of)]);

        Assert.Equal(result, type?.ToString());
    }

    [Fact]
    public void Null_literal_fits_a_parameter_and_the_exact_overload_wins()
    {
        var substring = FunctionCatalogue.Default.Find("SUBSTRING")!;

        Assert.Equal(SqlType.String, substring.Resolve([SqlType.String, null])!.ReturnType);
        Assert.Equal("(INT val) -> INT", FunctionCatalogue.Default.Find("FLOOR")!.Resolve([SqlType.Integer])!.Signature.ToString());
    }

    [Fact]
    public void Lambda_gets_its_parameter_types_and_gives_the_result_type()
    {
        SqlType? seen = null;
        var lambda = new FunctionArgument.Lambda(1, types =>
        {
            seen = types[0];
            return SqlType.String;
        });

        var type = FunctionCatalogue.Default.Find("TRANSFORM")!.ResolveType([FunctionArgument.Of(SqlType.Array(SqlType.Integer)), lambda]);

        Assert.Equal(SqlType.Integer, seen);
        Assert.Equal(SqlType.Array(SqlType.String), type);
    }

    [Theory]
    [InlineData("RANDOM", false)]
    [InlineData("UUID", false)]
    [InlineData("UNIX_TIMESTAMP", false)]
    [InlineData("UCASE", true)]
    public void Functions_that_change_without_their_arguments_say_so(string name, bool deterministic) =>
        Assert.Equal(deterministic, FunctionCatalogue.Default.Find(name)!.IsDeterministic);

    private static IEnumerable<string> Split(string arguments)
    {
        var (start, depth) = (0, 0);
        for (var i = 0; i < arguments.Length; i++)
        {
            depth += arguments[i] is '<' or '(' ? 1 : arguments[i] is '>' or ')' ? -1 : 0;
            if (arguments[i] == ',' && depth == 0)
            {
                yield return arguments[start..i];
                start = i + 1;
            }
        }

        if (start < arguments.Length)
        {
            yield return arguments[start..];
        }
    }
}
