using System.Collections;
using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Sandbox;

// Functions that can take a row to gigabytes or hours. They are bounded by their literal arguments and refused with computed ones; what
// makes text longer by a factor is bounded in how often it is applied to itself, in nested calls and in REDUCE.
internal sealed class CostRules(SandboxLimits limits, DiagnosticBag diagnostics)
{
    private const long MaxRepeats = 1_000_000;

    // What literals make up to here costs nothing worth counting.
    private const long FewElements = 100;

    private static readonly ImmutableArray<string> Expanding =
        ["REPLACE", "REGEXP_REPLACE", "TO_JSON_STRING", "URL_ENCODE_PARAM", "ENCODE", "FROM_BYTES", "JSON_CONCAT", "MASK"];

    private static readonly ImmutableArray<string> Shrinking =
    [
        "TRIM", "SUBSTRING", "LCASE", "UCASE", "INITCAP", "SLICE", "ARRAY_DISTINCT", "ARRAY_SORT", "ARRAY_REMOVE", "ARRAY_EXCEPT",
        "ARRAY_INTERSECT", "FILTER", "MAP_KEYS", "MAP_VALUES",
    ];

    private static readonly ImmutableArray<string> Joining =
        ["CONCAT", "CONCAT_WS", "ARRAY_CONCAT", "ARRAY_UNION", "MAP_UNION"];

    private static readonly ImmutableArray<string> Choosing = ["COALESCE", "IFNULL", "NULLIF", "GREATEST", "LEAST", "AS_VALUE"];

    private readonly Dictionary<string, BitArray> _characters = [];

    public void Check(BoundExpression expression) => Check(expression, new Place(0, 1, 0));

    private void Check(BoundExpression expression, Place place)
    {
        var inLambda = place;
        if (expression is BoundCall call)
        {
            place = place with { Expansions = place.Expansions + (Expands(call) ? 1 : 0) };
            CheckCall(call, place.Expansions, place.Repeats);
            if (call.Arguments.Any(a => a is BoundLambda))
            {
                CheckLoops(call, place.Loops);
                inLambda = place with { Repeats = Math.Min(place.Repeats * Elements(call), MaxRepeats), Loops = place.Loops + LoopsOf(call.Arguments[0]) };
            }
        }

        foreach (var child in BoundTree.Children(expression))
        {
            Check(child, child is BoundLambda ? inLambda : place);
        }
    }

    private void CheckLoops(BoundCall call, int outer)
    {
        if (outer + Math.Max(LoopsOf(call), LoopsOf(call.Arguments[0])) > limits.MultipliedLoops)
        {
            Refuse(
                call,
                $"{call.Function.Info.Name} here goes through whole columns for each element of others: at most {limits.MultipliedLoops} may be multiplied.",
                "Let an inner function go through its lambda's argument, or use ARRAY_CONTAINS, ARRAY_INTERSECT or ARRAY_EXCEPT.");
        }
    }

    // How many lengths of columns multiply to the number of elements of a value. A lambda's argument is a part of what was counted already; the state of
    // a REDUCE is as long as what was reduced.
    private static int LoopsOf(BoundExpression expression) => expression switch
    {
        BoundLambdaParameter or BoundLambda => 0,
        BoundColumn => IsOfFixedSize(expression.Type) ? 0 : 1,
        BoundCall { Function.Info.Name: "TRANSFORM" or "REDUCE" } call => LoopsOf(call.Arguments[0]) + call.Arguments.OfType<BoundLambda>()
            .Where(l => l.Body.Type is SqlArray or SqlMap or SqlStruct)
            .Select(l => call.Function.Info.Name == "REDUCE" ? Math.Max(1, LoopsOf(l.Body)) : LoopsOf(l.Body))
            .DefaultIfEmpty().Max(),
        BoundCall { Function.Info.Name: "GENERATE_SERIES" or "LPAD" or "RPAD" } call => Math.Max(Generated(call) > FewElements ? 1 : 0, LoopsOfParts(call)),
        _ when IsOfFixedSize(expression.Type) => 0,
        _ => LoopsOfParts(expression),
    };

    private static int LoopsOfParts(BoundExpression expression) => BoundTree.Children(expression).Select(LoopsOf).DefaultIfEmpty().Max();

    private void CheckCall(BoundCall call, int expansions, long repeats)
    {
        if (expansions == limits.ExpandingCalls + 1 && Expands(call))
        {
            Refuse(call, $"At most {limits.ExpandingCalls} functions that make text longer may be applied to each other.");
        }

        switch (call.Function.Info.Name)
        {
            case "GENERATE_SERIES":
                CheckSeries(call, repeats);
                break;
            case "LPAD" or "RPAD":
                CheckLiteral(call, 1, 0, limits.PaddedLength, "length");
                break;
            case "ROUND" or "TRUNC" when call.Arguments.Length > 1:
                CheckLiteral(call, 1, -100, 100, "number of digits");
                break;
            case "REGEXP_EXTRACT" or "REGEXP_EXTRACT_ALL":
                CheckRegex(call, 0);
                break;
            case "REGEXP_REPLACE" or "REGEXP_SPLIT_TO_ARRAY":
                CheckRegex(call, 1);
                break;
            case "REDUCE":
                CheckReduce(call);
                break;
        }
    }

    private void Refuse(BoundExpression at, string message, string? hint = null) => diagnostics.Error("TooCostly", at.Span, message, hint);

    // REPLACE by something not longer, written as literals, is how people clean text up: it can't grow.
    private static bool Expands(BoundCall call) => call.Function.Info.Name switch
    {
        "REPLACE" when Text(call, 1) is { Length: > 0 } old && Text(call, 2) is { } with => with.Length > old.Length,
        var name => Expanding.Contains(name),
    };

    private static string? Text(BoundCall call, int argument) =>
        argument < call.Arguments.Length ? (Constant(call.Arguments[argument]) as string) : null;

    private static object? Constant(BoundExpression expression) => expression switch
    {
        BoundLiteral literal => literal.Value,
        BoundCast cast => Constant(cast.Operand),
        BoundNegation negation => Constant(negation.Operand) switch
        {
            int value => -(long)value,
            long value and > long.MinValue => -value,
            _ => null,
        },
        _ => null,
    };

    private static long? Whole(BoundExpression expression) => Constant(expression) switch
    {
        int value => value,
        long value => value,
        _ => null,
    };

    private void CheckLiteral(BoundCall call, int argument, long least, long most, string what)
    {
        if (Whole(call.Arguments[argument]) is not { } value || value < least || value > most)
        {
            Refuse(
                call.Arguments[argument],
                $"The {what} given to {call.Function.Info.Name} must be a literal from {least} to {most}.");
        }
    }

    private static long? SeriesLength(BoundCall call)
    {
        var from = Whole(call.Arguments[0]);
        var to = Whole(call.Arguments[1]);
        var step = call.Arguments.Length > 2 ? Whole(call.Arguments[2]) : 1;
        if (from is null || to is null || step is null or 0)
        {
            return null;
        }

        var length = (Math.Abs((decimal)to.Value - from.Value) / Math.Abs((decimal)step.Value)) + 1;
        return length > long.MaxValue / 2 ? long.MaxValue / 2 : (long)length;
    }

    private void CheckSeries(BoundCall call, long repeats)
    {
        if (SeriesLength(call) is not { } length || length > limits.GeneratedElements / repeats)
        {
            Refuse(
                call,
                $"GENERATE_SERIES takes literals and makes at most {limits.GeneratedElements} elements, all nested series multiplied.");
        }
    }

    // How often the lambdas of a call run because of what its other arguments make from literals.
    private static long Elements(BoundCall call) => Math.Clamp(
        call.Arguments.Where(a => a is not BoundLambda).SelectMany(BoundTree.DescendantsAndSelf).Sum(Generated), 1, MaxRepeats);

    private static long Generated(BoundExpression expression) => expression switch
    {
        BoundCall { Function.Info.Name: "GENERATE_SERIES" } call => Math.Clamp(SeriesLength(call) ?? 1, 1, MaxRepeats),
        BoundCall { Function.Info.Name: "LPAD" or "RPAD" } call => Math.Clamp(Whole(call.Arguments[1]) ?? 1, 1, MaxRepeats),
        _ => 0,
    };

    private void CheckRegex(BoundCall call, int argument)
    {
        var pattern = call.Arguments[argument];
        if (Constant(pattern) is not string text)
        {
            Refuse(pattern, $"The regular expression given to {call.Function.Info.Name} must be a literal.");
        }
        else if (text.Length > limits.RegexLength)
        {
            Refuse(pattern, $"A regular expression has at most {limits.RegexLength} characters.");
        }
        else if (RegexRules.Refusal(text, limits, _characters) is { } refusal)
        {
            Refuse(pattern, refusal.Reason, refusal.Hint);
        }
    }

    // The state of a REDUCE may be copied into the next state once; twice would double it with every element.
    private void CheckReduce(BoundCall call)
    {
        if (call.Arguments[^1] is not BoundLambda lambda || IsOfFixedSize(lambda.Body.Type))
        {
            return;
        }

        if (Copies(lambda.Body, lambda.Parameters[0].Slot) > 1)
        {
            Refuse(call, "The state of this REDUCE could grow without bound: it may be joined to something once, not copied or expanded.");
        }
    }

    private static bool IsOfFixedSize(SqlType? type) => type switch
    {
        null => true,
        SqlArray or SqlMap => false,
        SqlStruct @struct => @struct.Fields.All(f => IsOfFixedSize(f.Type)),
        _ => type.BaseType is not (SqlBaseType.String or SqlBaseType.Bytes or SqlBaseType.Decimal),
    };

    // How many copies of the state the value can hold; many where that can't be told.
    private static int Copies(BoundExpression expression, int slot)
    {
        const int Many = 1_000;
        int Sum(IEnumerable<BoundExpression> parts) => Math.Min(Many, parts.Sum(p => Copies(p, slot)));
        int Max(IEnumerable<BoundExpression> parts) => parts.Select(p => Copies(p, slot)).DefaultIfEmpty().Max();

        switch (expression)
        {
            case BoundLambdaParameter parameter:
                return parameter.Slot == slot ? 1 : 0;
            case BoundCase @case:
                return Max([.. @case.Whens.Select(w => w.Result), .. @case.Else is null ? Array.Empty<BoundExpression>() : [@case.Else]]);
            case BoundCast or BoundArrayElement or BoundMapValue or BoundStructField or BoundArray or BoundMap or BoundStruct:
                return Sum(BoundTree.Children(expression));
            case BoundArithmetic { Type.BaseType: SqlBaseType.String }:
                return Sum(BoundTree.Children(expression));
            case BoundCall call when IsOfFixedSize(call.Type):
                return 0;
            case BoundCall call when Joining.Contains(call.Function.Info.Name):
                return Sum(call.Arguments);
            case BoundCall call when Choosing.Contains(call.Function.Info.Name):
                return Max(call.Arguments);
            case BoundCall call when Shrinking.Contains(call.Function.Info.Name):
                return Copies(call.Arguments[0], slot);
            default:
                return IsOfFixedSize(expression.Type) || !Mentions(expression, slot) ? 0 : Many;
        }
    }

    private static bool Mentions(BoundExpression expression, int slot) =>
        BoundTree.DescendantsAndSelf(expression).Any(e => e is BoundLambdaParameter parameter && parameter.Slot == slot);

    // Where an expression stands: under how many expanding calls, in how many rounds of literal loops, under how many loops over columns.
    private readonly record struct Place(int Expansions, long Repeats, int Loops);
}
