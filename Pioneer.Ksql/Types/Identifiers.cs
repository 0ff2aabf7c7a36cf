namespace Pioneer.Ksql.Types;

/// <summary>How names are written in ksqlDB's text: folded to upper case when bare, exact between back-quotes.</summary>
public static class Identifiers
{
    /// <summary>The name between back-quotes, inner ones doubled: how ksqlDB prints names in schemas.</summary>
    public static string Quote(string name) => "`" + name.Replace("`", "``", StringComparison.Ordinal) + "`";

    /// <summary>Folds a bare identifier as ksqlDB does; ASCII only, so that no culture or Unicode rule can enter.</summary>
    public static string Fold(string bare) => string.Create(bare.Length, bare, static (span, text) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            span[i] = c is >= 'a' and <= 'z' ? (char)(c - 32) : c;
        }
    });
}
