using Microsoft.Extensions.Options;
using Pioneer.Domain;

namespace Pioneer.Jobs.Hosting;

/// <summary>The outermost frame of a program: what stops a start is told in words on standard error, a bug with its trace.</summary>
public static class ProgramStart
{
    /// <summary>Exit code of a program that could not start.</summary>
    public const int Refused = 1;

    /// <summary>Runs the program; its own exit code, or <see cref="Refused"/>.</summary>
    public static async Task<int> RunAsync(Func<Task<int>> program)
    {
        try
        {
            return await program();
        }
        catch (Exception failure) when (Reason(failure) is { } reason)
        {
            await Console.Error.WriteLineAsync($"Pioneer did not start. {reason}");
            return Refused;
        }
        catch (Exception bug)
        {
            await Console.Error.WriteLineAsync($"Pioneer ended by an error that nobody foresaw: {bug.Message}\n{bug}");
            return Refused;
        }
    }

    private static string? Reason(Exception failure) => failure switch
    {
        StartException refusal => refusal.Message,
        OptionsValidationException invalid => string.Join(' ', invalid.Failures),
        _ => null,
    };
}
