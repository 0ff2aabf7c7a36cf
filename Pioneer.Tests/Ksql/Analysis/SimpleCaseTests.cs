using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Evaluation;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;
using Xunit;

namespace Pioneer.Tests.Ksql.Analysis;

public sealed class SimpleCaseTests
{
    [Theory]
    [InlineData("abc", "three")]
    [InlineData("ab", "two")]
    [InlineData("a", "other")]
    [InlineData(null, "other")]
    public void Case_with_a_computed_operand_takes_the_first_equal_branch(string? value, string expected)
    {
        const string Text = "CASE LEN(A) WHEN 3 THEN 'three' WHEN 2 THEN 'two' ELSE 'other' END";
        var (bound, diagnostics) = QueryAnalyzer.AnalyzeExpression(
            KsqlParser.ParseExpression(Text).Expression!,
            RelationSchema.Parse("A STRING"),
            Text);

        Assert.Empty(diagnostics);
        Assert.IsType<BoundSimpleCase>(bound);
        Assert.Equal(expected, ExpressionCompiler.Compile(bound, FunctionServices.System).Evaluate([value]));
    }

    [Fact]
    public void Nested_operands_do_not_multiply_the_tree()
    {
        var text = string.Concat(Enumerable.Repeat("CASE ", 60)) + "1" + string.Concat(Enumerable.Repeat(" WHEN 1 THEN 1 WHEN 2 THEN 2 END", 60));
        var (bound, _) = QueryAnalyzer.AnalyzeExpression(KsqlParser.ParseExpression(text).Expression!, RelationSchema.Empty, text);

        Assert.InRange(BoundTree.DescendantsAndSelf(bound!).Count(), 60, 600);
        Assert.Equal(1, ExpressionCompiler.Compile(bound!, FunctionServices.System).Evaluate([]));
    }
}
