using System.Diagnostics;
using System.Text;

namespace Pioneer.Tests.Embedded.BrokerClients;

/// <summary>One run of a command-line program.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan Limit = Patience.Usual;

    // one that is built before it runs, on a machine that is busy
    private static readonly TimeSpan LongLimit = 2 * Patience.Long;

    public static async Task<ToolRun> StartAsync(string program, IEnumerable<string> arguments, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ToolRun(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {Limit}", e);
        }
    }

    /// <summary>Runs a program that would go on for ever until it has printed a line, and ends it; its output up to there. Fails with its errors when it ends before.</summary>
    public static async Task<string> UntilLineAsync(string program, IEnumerable<string> arguments, string line)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var limit = new CancellationTokenSource(LongLimit);
        var output = new StringBuilder();
        try
        {
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } read)
            {
                output.AppendLine(read);
                if (read == line)
                {
                    return output.ToString();
                }
            }

            await process.WaitForExitAsync(limit.Token);
            throw new InvalidOperationException($"{program} ended with {process.ExitCode} before it printed '{line}'.\n{output}\n{await errors}");
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"{program} did not print '{line}' within {LongLimit}. It printed:\n{output}", late);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
