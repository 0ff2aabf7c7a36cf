using Pioneer.Domain;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Hosting;

/// <summary>
/// Commands that whoever runs the portal gives on its machine, beside a portal that runs or not: <c>audit verify</c> looks through the audit chain,
/// <c>account link EMAIL</c> makes a link to a new password for the day when no admin can sign in.
/// </summary>
internal static class PortalCommands
{
    private const string Usage = "Commands: 'audit verify', 'account link EMAIL'; without one the portal starts.";

    /// <summary>The exit code of the command; null when there is none and the portal is to start.</summary>
    public static async Task<int?> TryRunAsync(string[] args)
    {
        var words = args.TakeWhile(arg => !arg.StartsWith('-')).ToArray();
        if (words.Length == 0)
        {
            return null;
        }

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args[words.Length..], ContentRootPath = AppContext.BaseDirectory });
        ValuesFromFiles.AddTo(builder.Configuration);
        builder.Configuration["Data"] = Path.GetFullPath(builder.Configuration["Data"] is { Length: > 0 } data ? data : "data");
        builder.Services.AddPioneerPersistence(builder.Configuration);
        builder.Services.AddScoped<VerifyAudit>().AddScoped<WorkRecorder>().AddSingleton<IOperationQueue, NoQueue>();
        await using var services = builder.Services.BuildServiceProvider();
        await using var scope = services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AmbientTenantScope>().Use(TenantScope.All);
        try
        {
            return words switch
            {
                ["audit", "verify"] => await VerifyAsync(scope.ServiceProvider.GetRequiredService<VerifyAudit>()),
                ["account", "link", var email] => await LinkAsync(scope.ServiceProvider, email, builder.Configuration["Portal:Url"]),
                _ => await SayAsync(Usage, 2),
            };
        }
        catch (System.Data.Common.DbException failure)
        {
            return await SayAsync($"The portal's database (Data is {builder.Configuration["Data"]}) cannot be read: {failure.Message}", 2);
        }
    }

    private static async Task<int> VerifyAsync(VerifyAudit verify)
    {
        var verdict = await verify.ExecuteAsync(CancellationToken.None);
        var before = verdict.Unchained > 0 ? $" {Plural.Of((int)verdict.Unchained, "entry", "entries")} of earlier releases have no chain." : "";
        return verdict.Broken is { } broken
            ? await SayAsync($"The audit chain is broken after {verdict.Chained} entries: {broken}{before}", 1)
            : await SayAsync($"The audit chain holds: {verdict.Chained} entries, last hash {verdict.Hash}.{before}", 0);
    }

    private static async Task<int> LinkAsync(IServiceProvider services, string email, string? url)
    {
        var db = services.GetRequiredService<PioneerDbContext>();
        var work = services.GetRequiredService<WorkRecorder>();
        var normal = email.Trim().ToUpperInvariant();
        var user = db.Users.SingleOrDefault(row => row.NormalizedEmail == normal);
        if (user is null)
        {
            return await SayAsync($"There is no account '{email}'.", 1);
        }

        var issued = await db.IssueNewPasswordLinkAsync(work, Actor.System, user, CancellationToken.None);
        work.Audit(db, Actor.System, "PasswordReset", new AuditSubject(AuditSubject.User, user.Email!), after: new { By = "account link, on the machine" });
        await db.SaveChangesAsync();
        return await SayAsync($"Choose a new password: {(url ?? PortalHost.DefaultUrl).TrimEnd('/')}{Shell.PortalUrls.With(Shell.PortalUrls.Join, ("token", issued.Token))}", 0);
    }

    private static async Task<int> SayAsync(string text, int code)
    {
        await Console.Out.WriteLineAsync(text);
        return code;
    }

    private sealed class NoQueue : IOperationQueue
    {
        public Task EnqueueAsync(OperationId operation, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
